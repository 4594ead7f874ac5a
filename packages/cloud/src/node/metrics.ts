import type { TransportStats } from '@p2pimg/transport';
import { Counter, Gauge, Registry } from 'prom-client';
import type { CloudFact } from '../core/facts.ts';
import type { ServerStatus } from './program.ts';
import { RequestSeconds } from './request-seconds.ts';

export interface MetricsSource {
  readonly status: () => ServerStatus;
  /** By port; empty before the ports are open. */
  readonly transport: () => Readonly<Partial<Record<'client' | 'peer', TransportStats>>>;
}

export interface MetricsPage {
  readonly contentType: string;
  readonly text: string;
}

/** What `/metrics` says, in the text format of Prometheus. Labels come from closed sets: never from clients. */
export class Metrics {
  readonly #registry: Registry = new Registry();
  readonly #source: MetricsSource;
  readonly #seconds: RequestSeconds;
  readonly #events: Counter<'event'>;
  readonly #peers: Counter<'event' | 'peer'>;
  readonly #malformed: Counter<'port'>;
  readonly #noRoom: Counter<'share'>;
  readonly #moved: Counter<'cause'>;

  constructor(source: MetricsSource) {
    this.#source = source;
    const registers = [this.#registry];
    this.#addCounted(registers);
    this.#seconds = new RequestSeconds(this.#registry);
    this.#events = new Counter({
      name: 'p2pimg_events_total',
      help: 'take-over, doubled, duplicate, turnedAway, lateCompletion, fault',
      labelNames: ['event'],
      registers,
    });
    this.#peers = new Counter({
      name: 'p2pimg_peer_events_total',
      help: 'What this server has thought of its peers: suspected, refuted, died, revived, restarted',
      labelNames: ['event', 'peer'],
      registers,
    });
    this.#malformed = new Counter({
      name: 'p2pimg_malformed_messages_total',
      help: 'Messages that could not be read and changed nothing',
      labelNames: ['port'],
      registers,
    });
    this.#moved = new Counter({
      name: 'p2pimg_moved_total',
      help: 'Requests that moved on from another server: suspected, restarted, silent, not-begun, tried, passed',
      labelNames: ['cause'],
      registers,
    });
    this.#noRoom = new Counter({
      name: 'p2pimg_no_room_total',
      help: 'Requests that found no worker port and no place in the queue, by whose limit: server, address, client',
      labelNames: ['share'],
      registers,
    });
    this.#addVersions(registers);
    this.#addState(registers);
    this.#addGroup(registers);
    this.#addTransport(registers);
  }

  note(fact: CloudFact): void {
    switch (fact.kind) {
      case 'ended':
        this.#seconds.observe(fact.requestType, fact.ms / 1000);
        break;
      case 'chosen':
        if (fact.by === 'take-over') this.#events.inc({ event: 'take-over' });
        break;
      case 'election':
        if ('peer' in fact.fact) this.#peers.inc({ event: fact.fact.kind, peer: fact.fact.peer });
        break;
      case 'moved':
        this.#moved.inc({ cause: fact.cause });
        break;
      case 'noRoom':
        this.#noRoom.inc({ share: fact.share });
        break;
      case 'doubled':
      case 'duplicate':
      case 'turnedAway':
      case 'lateCompletion':
      case 'fault':
        this.#events.inc({ event: fact.kind });
        break;
    }
  }

  noteMalformed(port: 'client' | 'peer'): void {
    this.#malformed.inc({ port });
  }

  async page(): Promise<MetricsPage> {
    return { contentType: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  /** What happens with every request is counted once, and put under its labels when somebody asks. */
  #addCounted(registers: Registry[]): void {
    const { status } = this.#source;
    new Counter({
      name: 'p2pimg_requests_total',
      help: 'Requests that this server has ended, by type and outcome',
      labelNames: ['type', 'outcome'],
      registers,
      collect() {
        this.reset();
        for (const [ended, count] of Object.entries(status().counters.requests)) {
          const [type = '', outcome = ''] = ended.split(' ');
          this.inc({ type, outcome }, count);
        }
      },
    });
    new Counter({
      name: 'p2pimg_begun_total',
      help: 'How often this server began to work on a request: leader, order, take-over, again (asked again after its answer)',
      labelNames: ['by'],
      registers,
      collect() {
        this.reset();
        for (const [by, count] of Object.entries(status().counters.begun)) this.inc({ by }, count);
      },
    });
  }

  #addVersions(registers: Registry[]): void {
    const { status } = this.#source;
    new Gauge({
      name: 'p2pimg_sessions_by_version',
      help: 'Sessions with clients, by the version of messages that they speak',
      labelNames: ['version'],
      registers,
      collect() {
        this.reset();
        for (const [version, count] of Object.entries(status().messageVersions.clients)) this.set({ version }, count);
      },
    });
  }

  #addState(registers: Registry[]): void {
    const { status } = this.#source;
    const gauge = (name: string, help: string, value: (status: ServerStatus) => number): void => {
      new Gauge({
        name: `p2pimg_${name}`,
        help,
        registers,
        collect() {
          this.set(value(status()));
        },
      });
    };
    gauge('epoch', 'Epoch of the coordination group', ({ group }) => group.epoch);
    gauge('is_leader', '1 when this server leads', ({ isLeader }) => Number(isLeader));
    gauge('plays_dead', '1 while this server has the failure token', ({ silent }) => Number(silent));
    gauge('token_turn', 'Last turn of the failure token that was seen', ({ tokenTurn }) => tokenTurn ?? 0);
    gauge('directory_up', '1 when the directory answered last', ({ directory }) => Number(directory === 'up'));
    gauge('sessions', 'Sessions with clients', ({ sessions }) => sessions);
    gauge('remembered_ids', 'Request ids in memory', ({ remembered }) => remembered);
    gauge('working', 'Requests that this server works on', ({ working }) => working);
    gauge('workers_busy', 'Worker ports in use', ({ workersBusy }) => workersBusy);
    gauge('workers_waiting', 'Requests that wait for a worker port', ({ workersWaiting }) => workersWaiting);
  }

  #addGroup(registers: Registry[]): void {
    const { status } = this.#source;
    const gauge = (
      name: string,
      help: string,
      value: (status: ServerStatus, member: ServerStatus['group']['members'][number]) => number | undefined,
    ): void => {
      new Gauge({
        name: `p2pimg_${name}`,
        help,
        labelNames: ['server'],
        registers,
        collect() {
          const now = status();
          for (const member of now.group.members) {
            const found = value(now, member);
            if (found !== undefined) this.set({ server: member.id }, found);
          }
        },
      });
    };
    gauge('server_alive', '1 when this server believes the other alive', (_, { state }) => Number(state === 'alive'));
    gauge('server_outstanding', 'Requests that the server is handling', (_, { outstanding }) => outstanding);
    gauge('server_priority', '1 / load', (_, { priority }) => priority);
    gauge(
      'server_loop_utilization',
      'Event-loop utilisation, 0 to 1; waiting awake for an answer of a near peer counts as busy',
      (_, { utilization }) => utilization,
    );
    gauge('heartbeat_loss', 'Share of lost heartbeats, 0 to 1', (_, { heartbeatLoss }) => heartbeatLoss);
    gauge('heartbeat_round_trip_seconds', 'Smoothed round trip of the session', (now, { id }) => {
      const ms = now.heartbeatRoundTripMs[id];
      return ms === undefined ? undefined : ms / 1000;
    });
  }

  #addTransport(registers: Registry[]): void {
    const { transport } = this.#source;
    const gauge = (name: string, help: string, value: (stats: TransportStats) => number): void => {
      new Gauge({
        name: `p2pimg_${name}`,
        help,
        labelNames: ['port'],
        registers,
        collect() {
          for (const [port, stats] of Object.entries(transport())) this.set({ port }, value(stats));
        },
      });
    };
    gauge('datagrams_sent', 'Since the start', ({ datagramsSent }) => datagramsSent);
    gauge('datagrams_received', 'Since the start', ({ datagramsReceived }) => datagramsReceived);
    gauge('bytes_sent', 'Of datagrams, since the start', ({ bytesSent }) => bytesSent);
    gauge('bytes_received', 'Of datagrams, since the start', ({ bytesReceived }) => bytesReceived);
    gauge('packets_retransmitted', 'Since the start', ({ retransmitted }) => retransmitted);
    gauge('datagrams_dropped', 'Since the start, for whatever reason', ({ dropped }) => {
      return Object.values(dropped).reduce((sum, count) => sum + count, 0);
    });
  }
}
