import type { Actor, ActorAdapter, ActorIo, NodeId, Random, Simulation } from '@p2pimg/netsim';
import {
  type CloudConfig,
  CloudCore,
  type CloudEffect,
  type CloudEvent,
  type CloudFact,
  type OperationResult,
} from '../../src/index.ts';
import { type FakeDirectory, UNAVAILABLE } from './fake-directory.ts';
import { fakeSuite } from './fake-suite.ts';
import type { SimMessage } from './messages.ts';

/** Virtual time 0 on every wall clock, ms since the epoch. */
export const EPOCH = 1_800_000_000_000;
const LANE_OPENS_MS = 2;
const LANE_IDLE_MS = 2_000;

/** How unreliable the directory is: probabilities of each kind of trouble. */
export interface DirectoryTrouble {
  /** Fails before, or after, the call has had its effect: the caller cannot tell. */
  readonly unavailable: number;
  readonly answerTwice: number;
  readonly answerNever: number;
}

export interface ServerSurroundings {
  readonly simulation: Simulation<SimMessage>;
  readonly directory: FakeDirectory;
  readonly trouble: DirectoryTrouble;
  readonly config: (incarnation: number) => CloudConfig;
  readonly serverIds: readonly string[];
  /** Nodes of clients, with their keys. */
  readonly clients: readonly { readonly node: NodeId; readonly key: Uint8Array }[];
  /** It plays dead, and sends. */
  readonly onSpokenWhileDead: (server: NodeId, effect: string) => void;
  readonly onFact: (server: NodeId, fact: CloudFact) => void;
  /** Milliseconds that hiding a picture takes. */
  readonly encodeMs: (random: Random) => number;
}

export type ServerEvent =
  | CloudEvent
  | { readonly type: 'upload'; readonly id: string }
  | { readonly type: 'taken'; readonly id: string }
  | { readonly type: 'idle'; readonly opId: number };

/** The core with what it needs around it: transfers that are one message, a session with every client. */
export class ServerActor implements Actor<ServerEvent, CloudEffect> {
  readonly core: CloudCore;
  readonly random: Random;
  /** What waits for a client's transfer, by request id. */
  readonly uploads: Map<string, { readonly opId: number; readonly bytes: number }> = new Map();
  readonly results: Map<string, number> = new Map();
  lanes = 0;
  silent = false;

  constructor(config: CloudConfig, random: Random, clients: ServerSurroundings['clients'], now: number) {
    this.random = random;
    this.core = new CloudCore(config, fakeSuite(random));
    for (const { node, key } of clients) {
      const address = { host: '127.0.0.1', port: 4_000 + node };
      this.core.step(now, { type: 'sessionUp', session: node, clientKey: key, address });
    }
  }

  step(now: number, event: ServerEvent): readonly CloudEffect[] {
    switch (event.type) {
      case 'upload': {
        const upload = this.uploads.get(event.id);
        this.uploads.delete(event.id);
        if (upload === undefined) return [];
        return this.#complete(now, upload.opId, { ok: true, value: { byteLength: upload.bytes } });
      }
      case 'taken': {
        const opId = this.results.get(event.id);
        this.results.delete(event.id);
        return opId === undefined ? [] : this.#complete(now, opId, { ok: true, value: undefined });
      }
      case 'idle': {
        const failure = { kind: 'gone', code: 'gone', message: 'the worker port was closed' } as const;
        return this.#complete(now, event.opId, { ok: false, failure });
      }
      default:
        return this.core.step(now, event);
    }
  }

  nextTimeout(): number | undefined {
    return this.core.nextTimeout();
  }

  #complete(now: number, opId: number, result: OperationResult): readonly CloudEffect[] {
    return this.core.step(now, { type: 'completed', opId, result });
  }
}

export function serverAdapter(s: ServerSurroundings): ActorAdapter<ServerEvent, CloudEffect, SimMessage> {
  const actorOf = (node: NodeId): ServerActor | undefined => s.simulation.actor(node) as ServerActor | undefined;

  function callDirectory(io: ActorIo<ServerEvent, SimMessage>, effect: Extract<CloudEffect, { type: 'directory' }>) {
    const random = actorOf(io.node)?.random;
    if (random === undefined) return;
    const before = 0.5 + random.float() * 2;
    const trouble = random.float();
    const failsBefore = trouble < s.trouble.unavailable / 2;
    const failsAfter = !failsBefore && trouble < s.trouble.unavailable;
    const never = random.chance(s.trouble.answerNever);
    const twice = random.chance(s.trouble.answerTwice);
    let result: OperationResult = { ok: false, failure: UNAVAILABLE };
    // What has been sent to the directory happens, whatever becomes of the sender.
    s.simulation.at(s.simulation.now + before, () => {
      if (failsBefore) return;
      const answer = s.directory.call(effect.call, s.simulation.now);
      if (!failsAfter) result = answer;
    });
    const completed = { type: 'completed', opId: effect.opId } as const;
    const answer = (): ServerEvent => ({
      ...completed,
      get result() {
        return result;
      },
    });
    if (!never) io.after(before + 0.5 + random.float(), answer());
    if (twice) io.after(before + 5 + random.float() * 20, answer());
  }

  function perform(effect: CloudEffect, io: ActorIo<ServerEvent, SimMessage>): void {
    const actor = actorOf(io.node);
    const speaks = effect.type === 'sendPeer' || effect.type === 'sendClient' || effect.type === 'sendTransfer';
    if (speaks && actor?.silent) s.onSpokenWhileDead(io.node, effect.type);
    switch (effect.type) {
      case 'sendPeer': {
        const to = s.serverIds.indexOf(effect.to);
        const message = { kind: 'peer', message: effect.message } as const;
        if (effect.reliable) io.sendReliably(to, message);
        else io.send(to, message);
        return;
      }
      case 'sendClient':
        io.sendReliably(effect.session, { kind: 'cloud', message: effect.message });
        return;
      case 'directory':
        callDirectory(io, effect);
        return;
      case 'job': {
        if (actor === undefined || effect.job.kind !== 'encode') return;
        const { digest } = effect.job;
        const value = { picture: { byteLength: 1_000, digest }, digest };
        io.after(s.encodeMs(actor.random), { type: 'completed', opId: effect.opId, result: { ok: true, value } });
        return;
      }
      case 'openLane':
        if (actor === undefined) return;
        actor.lanes += 1;
        io.after(LANE_OPENS_MS, {
          type: 'completed',
          opId: effect.opId,
          result: { ok: true, value: actor.lanes },
        });
        return;
      case 'expectUpload':
        actor?.uploads.set(effect.requestId, { opId: effect.opId, bytes: effect.bytes });
        io.after(LANE_IDLE_MS, { type: 'idle', opId: effect.opId });
        return;
      case 'sendTransfer': {
        actor?.results.set(effect.requestId, effect.opId);
        const { digest } = effect.bytes as unknown as { readonly digest: string };
        io.sendReliably(effect.session, { kind: 'result', id: effect.requestId, lane: effect.lane, digest });
        io.after(LANE_IDLE_MS, { type: 'idle', opId: effect.opId });
        return;
      }
      case 'report': {
        const { fact } = effect;
        s.onFact(io.node, fact);
        io.note(() => `· ${JSON.stringify(fact).slice(0, 160)}`);
        return;
      }
      case 'silence':
        if (actor !== undefined) actor.silent = effect.silent;
        return;
      case 'closeLane':
      case 'abandon':
        return;
    }
  }

  return {
    create: ({ node, now, random }) => {
      const config = s.config(EPOCH + Math.floor(s.simulation.now));
      const own = { ...config, election: { ...config.election, self: s.serverIds[node]! } };
      return new ServerActor(own, random, s.clients, now);
    },
    start: { type: 'start' },
    timeout: { type: 'timeout' },
    message: (from, message) => {
      switch (message.kind) {
        case 'peer':
          return { type: 'serverMessage', from: s.serverIds[from]!, message: message.message };
        case 'client':
          return {
            type: 'clientMessage',
            session: from,
            message: message.message,
            wallMs: EPOCH + s.simulation.now,
          };
        case 'upload':
        case 'taken':
          return { type: message.kind, id: message.id };
        default:
          throw new Error(`a server got ${message.kind}`);
      }
    },
    refused: (peer) => {
      const id = s.serverIds[peer];
      return id === undefined ? undefined : { type: 'hint', peer: id };
    },
    perform,
  };
}

/** A client's key: its number, 32 bytes. */
export function keyOf(client: number): Uint8Array {
  return new Uint8Array(32).fill(client + 1);
}
