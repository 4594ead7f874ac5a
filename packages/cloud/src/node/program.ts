import type { Directory } from '@p2pimg/directory';
import { decodeClientMessage, decodeServerMessage, type VersionRange, WireError } from '@p2pimg/wire';
import type { CloudCore } from '../core/cloud-core.ts';
import type { CloudEffect, OperationId, SessionId } from '../core/effects.ts';
import type { CloudEvent } from '../core/events.ts';
import type { CloudStatus } from '../core/status.ts';
import type { ClientPort } from './client-port.ts';
import { type Counters, Counting } from './counters.ts';
import { callDirectory } from './directory-calls.ts';
import { Driver } from './driver.ts';
import type { Jobs } from './jobs.ts';
import type { LoadMeter } from './load.ts';
import type { Log } from './log.ts';
import { Metrics, type MetricsPage, type MetricsSource } from './metrics.ts';
import type { PeerPort } from './peer-port.ts';
import { Reporter } from './reporter.ts';

const LOAD_INTERVAL_MS = 1_000;
const DRAIN_POLL_MS = 20;
/** The others must hear that this server leaves before it is gone, or they would have to find out. */
const FAREWELL_MS = 200;
const DIRECTORY_CHECK_MS = 3_000;

export interface ServerStatus extends CloudStatus {
  readonly serverId: string;
  readonly uptimeMs: number;
  readonly directory: 'up' | 'down';
  readonly counters: Counters;
  readonly heartbeatRoundTripMs: Readonly<Record<string, number | undefined>>;
  /**
   * Of messages: what this server speaks, what it has agreed on with each of the others that it has a session with, and with how many
   * clients on which version.
   */
  readonly messageVersions: VersionRange & {
    readonly peers: Readonly<Record<string, number | undefined>>;
    readonly clients: Readonly<Record<string, number>>;
  };
}

export interface ProgramParts {
  readonly core: CloudCore;
  readonly directory: Directory;
  readonly jobs: Jobs;
  readonly versions: VersionRange;
  readonly log: Log;
}

/** Ties the core to the world: what arrives becomes events, what it wants becomes deeds. */
export class ServerProgram {
  readonly #parts: ProgramParts;
  readonly #driver: Driver;
  readonly #reporter: Reporter;
  readonly #counting: Counting = new Counting();
  readonly #metrics: Metrics;
  /** Of jobs that are not done yet: what calls them off. */
  readonly #jobs = new Map<OperationId, () => void>();
  readonly #startedAt: number = performance.now();
  #ports: { readonly clients: ClientPort; readonly peers: PeerPort } | undefined;
  #timers: NodeJS.Timeout[] = [];
  #directoryUp = true;

  constructor(parts: ProgramParts) {
    this.#parts = parts;
    this.#reporter = new Reporter(parts.log);
    this.#metrics = new Metrics({ status: () => this.status(), transport: () => this.#transportStats() });
    this.#driver = new Driver(parts.core, (effect) => this.#perform(effect));
  }

  readonly give = (event: CloudEvent): void => this.#driver.give(event);

  readonly onClientMessage = (session: SessionId, bytes: Uint8Array, version: number): void => {
    this.#receive('client', () => {
      const message = decodeClientMessage(bytes, { version });
      this.give({ type: 'clientMessage', session, message, wallMs: Date.now() });
    });
  };

  readonly onPeerMessage = (from: string, bytes: Uint8Array, version: number): void => {
    this.#receive('peer', () => {
      this.give({ type: 'serverMessage', from, message: decodeServerMessage(bytes, { version }) });
    });
  };

  readonly onIncompatible = (port: 'client' | 'peer', who: string, theirs: VersionRange): void => {
    this.#reporter.incompatible(port, who, theirs, this.#parts.versions);
  };

  readonly onPeerDown = (peer: string): void => this.give({ type: 'hint', peer });

  /** Begins to serve on ports that are open. */
  start(clients: ClientPort, peers: PeerPort, meter: LoadMeter): void {
    this.#ports = { clients, peers };
    this.#timers = [
      setInterval(() => this.give({ type: 'load', ...meter.sample() }), LOAD_INTERVAL_MS),
      setInterval(() => this.#checkDirectory(), DIRECTORY_CHECK_MS),
    ];
    this.give({ type: 'start' });
  }

  /** Takes nothing new and waits until everything here is answered, or `drainMs` have passed. */
  async drain(drainMs: number): Promise<void> {
    this.give({ type: 'drain' });
    const began = performance.now();
    const said = (): number => performance.now() - began;
    while (said() < FAREWELL_MS || (!this.#parts.core.isIdle && said() < drainMs)) {
      await new Promise((resolve) => setTimeout(resolve, DRAIN_POLL_MS));
    }
  }

  end(): void {
    this.#driver.stop();
    for (const timer of this.#timers) clearInterval(timer);
    for (const callOff of this.#jobs.values()) callOff();
  }

  /** Why this server should not be given work; undefined when it should. */
  notReady(): string | undefined {
    const { group, silent } = this.#parts.core.status();
    if (silent) return 'plays dead';
    if (group.joining) return 'has not joined the group yet';
    if (!this.#directoryUp) return 'the directory does not answer';
    return undefined;
  }

  status(): ServerStatus {
    const status = this.#parts.core.status();
    const { self, members } = status.group;
    const peers = members.filter(({ id }) => id !== self);
    return {
      serverId: self,
      uptimeMs: Math.round(performance.now() - this.#startedAt),
      directory: this.#directoryUp ? 'up' : 'down',
      ...status,
      counters: this.#counting.totals,
      heartbeatRoundTripMs: Object.fromEntries(
        peers.map(({ id }) => [id, this.#ports?.peers.session(id)?.roundTripMs]),
      ),
      messageVersions: {
        ...this.#parts.versions,
        peers: Object.fromEntries(peers.map(({ id }) => [id, this.#ports?.peers.session(id)?.version])),
        clients: this.#ports?.clients.versions() ?? {},
      },
    };
  }

  metrics(): Promise<MetricsPage> {
    return this.#metrics.page();
  }

  #transportStats(): ReturnType<MetricsSource['transport']> {
    const { clients, peers } = this.#ports ?? {};
    if (clients === undefined || peers === undefined) return {};
    return { client: clients.stats(), peer: peers.stats() };
  }

  #receive(port: 'client' | 'peer', take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#counting.noteMalformed();
      this.#metrics.noteMalformed(port);
      this.#reporter.malformed(port, error);
    }
  }

  #perform(effect: CloudEffect): void {
    const { clients, peers } = this.#ports ?? {};
    if (clients === undefined || peers === undefined) return;
    switch (effect.type) {
      case 'sendPeer':
        peers.send(effect.to, effect.message, effect.reliable);
        break;
      case 'notify':
        peers.notify(effect.to, effect.notice);
        break;
      case 'sendClient':
      case 'openLane':
      case 'closeLane':
      case 'expectUpload':
      case 'sendTransfer':
        clients[effect.type](effect as never);
        break;
      case 'directory':
        this.#callDirectory(effect);
        break;
      case 'job':
        this.#runJob(effect);
        break;
      case 'abandon':
        clients.abandon(effect.opId);
        this.#callOff(effect.opId);
        break;
      case 'silence':
        clients.setSilent(effect.silent);
        peers.setSilent(effect.silent);
        break;
      case 'report':
        this.#counting.note(effect.fact);
        this.#metrics.note(effect.fact);
        this.#reporter.report(effect.fact);
        break;
    }
  }

  #callDirectory({ opId, call }: Extract<CloudEffect, { type: 'directory' }>): void {
    callDirectory(this.#parts.directory, call).then((result) => {
      this.#directoryUp = result.ok || result.failure.kind !== 'unavailable';
      this.give({ type: 'completed', opId, result });
    });
  }

  #runJob({ opId, job }: Extract<CloudEffect, { type: 'job' }>): void {
    const callOff = this.#parts.jobs.begin(job, (result) => {
      this.#jobs.delete(opId);
      this.give({ type: 'completed', opId, result });
    });
    this.#jobs.set(opId, callOff);
  }

  #callOff(opId: OperationId): void {
    this.#jobs.get(opId)?.();
    this.#jobs.delete(opId);
  }

  /** Readiness must not wait for a client to find out. */
  #checkDirectory(): void {
    callDirectory(this.#parts.directory, { method: 'info', call: {} }).then(({ ok }) => {
      this.#directoryUp = ok;
    });
  }
}
