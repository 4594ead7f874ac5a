import { Random } from '@p2pimg/netsim';
import { toHex } from '@p2pimg/wire';
import type { Call, CallArgs, CallName, CallResult } from '../../src/core/calls.ts';
import { ClientCore } from '../../src/core/client-core.ts';
import type { ClientEffect, Outcome, Place } from '../../src/core/effects.ts';
import { OperationError } from '../../src/core/errors.ts';
import type { ClientEvent } from '../../src/core/events.ts';
import type { News } from '../../src/core/news.ts';
import type { Change } from '../../src/core/records.ts';
import { type CoreSettings, DEFAULT_SETTINGS } from '../../src/core/settings.ts';
import { FakeCloud } from './fake-cloud.ts';
import { FakeJobs, parseGrant, parseRotation } from './fake-jobs.ts';

const SERVERS = ['s1', 's2', 's3'];

/** A client in a simulation: its disk outlives its core. */
export class SimClient {
  readonly port: number;
  readonly jobs: FakeJobs;
  readonly disk: Change[] = [];
  readonly news: News[] = [];
  readonly outcomes: Map<number, Outcome> = new Map();
  core: ClientCore | undefined;
  /** Counts lives: what was under way in an earlier one is never completed. */
  life = 0;
  lastCall = 0;
  readonly visibility: CoreSettings['visibility'];

  constructor(port: number, key: string, visibility: CoreSettings['visibility']) {
    this.port = port;
    this.visibility = visibility;
    this.jobs = new FakeJobs(key);
  }
}

export function addressOf({ port }: SimClient): { readonly host: string; readonly port: number } {
  return { host: '127.0.0.1', port };
}

/** Clients and one cloud on one virtual clock; each effect takes a little while. `fate` may lose, double or delay. */
export class World {
  readonly cloud: FakeCloud = new FakeCloud(parseGrant, parseRotation);
  readonly clients: SimClient[] = [];
  readonly downServers: Set<string> = new Set();
  now = 1_000_000;
  /** How late what is late is done. */
  lateMs = 500;
  /** Called for each effect before it is done; a `crash` ends the client's life there. */
  onEffect: (client: SimClient, effect: ClientEffect) => 'go' | 'lose' | 'double' | 'late' | 'crash' = () => 'go';
  readonly #queue: { at: number; order: number; run: () => void }[] = [];
  readonly #transfers = new Map<
    number,
    { from: SimClient | undefined; opId: number; life: number; value: { picture: string } }
  >();
  #order = 0;

  readonly #random: Random;

  /** The same seed makes the same keys and ids. */
  constructor(seed = 1) {
    this.#random = new Random(seed);
  }

  add(visibility: CoreSettings['visibility'] = 'everyone'): SimClient {
    const client = new SimClient(20_000 + this.clients.length, this.#hex(32), visibility);
    this.clients.push(client);
    this.start(client);
    return client;
  }

  start(client: SimClient): void {
    client.life++;
    client.jobs.reopen((client.disk.findLast(({ table }) => table === 'rotation')?.value ?? null) !== null);
    const settings = {
      ...DEFAULT_SETTINGS,
      servers: SERVERS,
      cloudId: '0'.repeat(32),
      host: undefined,
      port: client.port,
      visibility: client.visibility,
    };
    client.core = new ClientCore(settings, client.disk, (bytes) => this.#hex(bytes));
    for (const server of SERVERS) if (!this.downServers.has(server)) this.#soon(client, { kind: 'cloudUp', server });
  }

  /** Ends the client as SIGKILL would; the directory still thinks that it is there, unless told so. */
  crash(client: SimClient, directoryKnows = true): void {
    client.core = undefined;
    client.life++;
    const member = this.cloud.members.get(client.jobs.key);
    if (directoryKnows && member) member.address = undefined;
  }

  call<N extends CallName>(client: SimClient, name: N, args: CallArgs<N>): number {
    const callId = ++client.lastCall;
    this.#soon(client, { kind: 'call', callId, call: { name, args } as Call });
    return callId;
  }

  /** Calls, and lets the world turn until the answer. */
  ask<N extends CallName>(client: SimClient, name: N, args: CallArgs<N>): CallResult<N> {
    const callId = this.call(client, name, args);
    this.runUntil(() => client.outcomes.has(callId) || client.core === undefined);
    const outcome = client.outcomes.get(callId);
    if (outcome === undefined) throw new Error(`${name} was not answered`);
    if (!outcome.ok) throw outcome.error;
    return outcome.value as CallResult<N>;
  }

  /** Lets the world turn for so long. */
  run(ms: number): void {
    const end = this.now + ms;
    this.runUntil(() => this.now >= end, end);
  }

  runUntil(done: () => boolean, end: number = this.now + 600_000): void {
    while (!done()) {
      this.#queue.sort((a, b) => a.at - b.at || a.order - b.order);
      const next = this.#queue[0];
      const timeouts = this.clients.map((client) => client.core?.nextTimeout() ?? Number.POSITIVE_INFINITY);
      const timer = Math.min(...timeouts);
      const at = Math.min(next?.at ?? Number.POSITIVE_INFINITY, timer);
      if (at > end) {
        this.now = end;
        return;
      }
      this.now = Math.max(this.now, at);
      if (next !== undefined && next.at <= timer) {
        this.#queue.shift();
        next.run();
      } else {
        for (const client of this.clients) {
          if ((client.core?.nextTimeout() ?? Number.POSITIVE_INFINITY) <= this.now) this.give(client, { kind: 'tick' });
        }
      }
    }
  }

  newId(): string {
    return this.#hex(16);
  }

  #hex(bytes: number): string {
    return toHex(Uint8Array.from({ length: bytes }, () => this.#random.below(256)));
  }

  #later(ms: number, run: () => void): void {
    this.#queue.push({ at: this.now + ms, order: this.#order++, run });
  }

  #soon(client: SimClient, event: ClientEvent, ms = 1): void {
    const { life } = client;
    this.#later(ms, () => {
      if (client.life === life) this.give(client, event);
    });
  }

  /** Gives a client an event, now. */
  give(client: SimClient, event: ClientEvent): void {
    for (const effect of client.core?.step(this.now, event) ?? []) {
      if (client.core === undefined) return;
      const fate = this.onEffect(client, effect);
      if (fate === 'crash') {
        this.crash(client);
        return;
      }
      if (fate === 'go' || fate === 'double') this.#perform(client, effect);
      if (fate === 'late' || fate === 'double') this.#later(this.lateMs, () => this.#perform(client, effect));
    }
  }

  #perform(client: SimClient, effect: ClientEffect): void {
    const complete = (value: unknown, ms = 1): void => {
      if ('opId' in effect) this.#soon(client, { kind: 'completed', opId: effect.opId, value }, ms);
    };
    const fail = (message: string, problem = 'Simulated'): void => {
      const error = new OperationError(problem, message);
      if ('opId' in effect) this.#soon(client, { kind: 'failed', opId: effect.opId, error });
    };
    switch (effect.kind) {
      case 'sendCloud':
        this.#toCloud(client, effect);
        return;
      case 'sendPeer': {
        const peer = this.#at(effect.peer);
        if (peer === undefined) {
          fail('nobody is there');
          return;
        }
        this.#soon(
          peer,
          {
            kind: 'peerMessage',
            peer: client.jobs.key,
            address: addressOf(client),
            message: { kind: 'request', request: effect.request },
          },
          3,
        );
        complete(undefined, 4);
        return;
      }
      case 'answerPeer': {
        const peer = this.#at(effect.peer);
        if (peer)
          this.#soon(
            peer,
            {
              kind: 'peerMessage',
              peer: client.jobs.key,
              address: addressOf(client),
              message: { kind: 'ack', ack: effect.ack },
            },
            3,
          );
        return;
      }
      case 'openLane':
        complete(++this.#order, 3);
        return;
      case 'sendTransfer':
        this.#send(client, effect, fail);
        return;
      case 'acceptTransfer': {
        const transfer = this.#transfers.get(effect.transfer);
        if (transfer === undefined) {
          fail('no such transfer');
          return;
        }
        const { from, life } = transfer;
        if (from !== undefined) {
          if (from.life !== life) {
            fail('the sender is gone');
            return;
          }
          this.#soon(from, { kind: 'completed', opId: transfer.opId, value: undefined }, 5);
        }
        complete(client.jobs.hold({ ...transfer.value }), 5);
        return;
      }
      case 'refuseTransfer': {
        const transfer = this.#transfers.get(effect.transfer);
        if (transfer?.from !== undefined) {
          const error = new OperationError('TransferRefusedError', 'refused');
          this.#soon(transfer.from, { kind: 'failed', opId: transfer.opId, error });
        }
        return;
      }
      case 'store':
        client.disk.push(...(structuredClone(effect.changes) as Change[]));
        complete(undefined);
        return;
      case 'job':
        try {
          complete(client.jobs.run(effect.job));
          return;
        } catch (error) {
          fail(error instanceof Error ? error.message : 'failed', error instanceof Error ? error.name : undefined);
          return;
        }
      case 'answer':
        client.outcomes.set(effect.callId, effect.outcome);
        return;
      case 'report':
        client.news.push(effect.news);
        return;
      case 'release':
      case 'progress':
      case 'closeLane':
      case 'cancelCloud':
        return;
    }
  }

  #toCloud(client: SimClient, { server, request }: Extract<ClientEffect, { kind: 'sendCloud' }>): void {
    const handler = SERVERS.find((id) => !this.downServers.has(id) && !request.tried.includes(id));
    if (server !== handler) return;
    if (request.type === 'encode') {
      const assigned = { type: 'assigned', id: request.id, server, lane: 1 } as const;
      this.#soon(client, { kind: 'cloudMessage', server, message: { kind: 'assigned', assigned } }, 3);
      return;
    }
    this.#later(3, () => {
      const ack = this.cloud.handle(server, client.jobs.key, request);
      this.#soon(client, { kind: 'cloudMessage', server, message: { kind: 'ack', ack } }, 3);
    });
  }

  #send(
    client: SimClient,
    effect: Extract<ClientEffect, { kind: 'sendTransfer' }>,
    fail: (message: string) => void,
  ): void {
    const { from, to } = effect.range ?? { from: 0, to: 0 };
    const value = { ...client.jobs.memory.get(effect.bytes)!, length: to - from };
    if ('server' in effect.place) {
      this.#encode(client, effect.place.server, effect, value.picture);
      return;
    }
    const peer = this.#at(effect.place.peer);
    if (peer === undefined) {
      fail('nobody is there');
      return;
    }
    const transfer = ++this.#order;
    this.#transfers.set(transfer, { from: client, opId: effect.opId, life: client.life, value });
    this.#offer(peer, { peer: client.jobs.key }, transfer, effect.id, 'image', value.length);
  }

  #encode(
    client: SimClient,
    server: string,
    { opId, id }: Extract<ClientEffect, { kind: 'sendTransfer' }>,
    picture: string,
  ): void {
    this.#soon(client, { kind: 'completed', opId, value: undefined }, 5);
    const transfer = ++this.#order;
    const value = { picture: `stego of ${picture}` };
    this.#transfers.set(transfer, { from: undefined, opId: 0, life: 0, value });
    const body = { imageId: 'unused', digest: `digest of ${value.picture}`, bytes: 2_000 };
    const ack = { type: 'encode', id, server, status: 'success', body } as const;
    this.#later(20, () => {
      if (this.downServers.has(server)) return;
      this.#offer(client, { server }, transfer, id, 'result', 2_000);
      this.#soon(client, { kind: 'cloudMessage', server, message: { kind: 'ack', ack } });
    });
  }

  #offer(to: SimClient, place: Place, transfer: number, id: string, purpose: 'image' | 'result', size: number): void {
    this.#soon(to, { kind: 'transferOffered', place, transfer, id, purpose, size }, 3);
  }

  /** Takes a server away from everybody. */
  serverDown(server: string): void {
    this.downServers.add(server);
    for (const client of this.clients) this.#soon(client, { kind: 'cloudDown', server });
  }

  /** Gives it back. */
  serverUp(server: string): void {
    this.downServers.delete(server);
    for (const client of this.clients) this.#soon(client, { kind: 'cloudUp', server });
  }

  #at(key: string): SimClient | undefined {
    return this.clients.find((client) => client.jobs.key === key && client.core !== undefined);
  }
}
