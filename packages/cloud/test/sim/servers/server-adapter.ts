import type { ActorAdapter, ActorIo, NodeId } from '@p2pimg/netsim';
import type { CloudConfig, CloudEffect, CloudEvent, CloudFact } from '../../../src/index.ts';
import type { Letter, SimPicture } from '../letter.ts';
import { resultOf } from './jobs.ts';
import { ServerActor, type ServerEffect, type ServerEvent } from './server-actor.ts';

/** The driver of the directory gives a call up after this. */
const CALL_MS = 300;

export interface Surroundings {
  readonly ids: readonly string[];
  readonly directory: NodeId;
  readonly configOf: (server: NodeId, restarts: number) => CloudConfig;
  readonly wallNow: () => number;
  readonly observer: ServerObserver;
  /** Hosts answer for crashed processes with ECONNREFUSED. */
  readonly refuses: boolean;
}

/** What the checks want to see of a server from outside. */
export interface ServerObserver {
  /** Another process of this server begins. */
  onBirth(server: NodeId): void;
  onLetter(server: NodeId, letter: Letter): void;
  onFact(server: NodeId, process: ServerActor, fact: CloudFact): void;
  onSend(
    server: NodeId,
    process: ServerActor,
    effect: Extract<CloudEffect, { type: 'sendPeer' | 'notify' | 'sendClient' | 'sendTransfer' }>,
  ): void;
  onSilence(server: NodeId, silent: boolean): void;
}

/** Ties a server to the simulated world, as `ServerProgram` ties it to the real one. */
export function serverAdapter(s: Surroundings, server: NodeId): ActorAdapter<ServerEvent, ServerEffect, Letter> {
  let process: ServerActor;
  let lastLane = 0;

  function complete(io: ActorIo<ServerEvent, Letter>, opId: number, value: unknown): void {
    io.complete({ type: 'completed', opId, result: { ok: true, value } });
  }

  function gone(io: ActorIo<ServerEvent, Letter>, opId: number): void {
    const failure = { kind: 'gone', code: 'gone', message: 'the session ended' } as const;
    io.complete({ type: 'completed', opId, result: { ok: false, failure } });
  }

  function perform(effect: ServerEffect, io: ActorIo<ServerEvent, Letter>): void {
    switch (effect.type) {
      case 'sendPeer': {
        s.observer.onSend(server, process, effect);
        if (process.silent) return;
        const to = s.ids.indexOf(effect.to);
        if (effect.reliable) io.sendReliably(to, { kind: 'peer', message: effect.message });
        else io.send(to, { kind: 'peer', message: effect.message });
        return;
      }
      case 'notify':
        s.observer.onSend(server, process, effect);
        if (process.notices.isEmpty) io.after(0, { type: 'momentEnds' });
        process.notices.add(effect.to, effect.notice);
        return;
      case 'tell':
        if (process.silent) return;
        for (const id of effect.to) io.sendReliably(s.ids.indexOf(id), { kind: 'peer', message: effect.message });
        return;
      case 'sendClient': {
        s.observer.onSend(server, process, effect);
        const connection = process.connectionOf(effect.session);
        if (connection === undefined || process.silent) return;
        io.sendReliably(connection.client, { kind: 'cloud', connection, message: effect.message });
        return;
      }
      case 'directory':
        process.calls.add(effect.opId);
        io.sendReliably(s.directory, { kind: 'call', asker: process, opId: effect.opId, call: effect.call });
        io.after(CALL_MS, { type: 'overdue', opId: effect.opId });
        return;
      case 'job':
        complete(io, effect.opId, resultOf(effect.job));
        return;
      case 'openLane': {
        if (process.connectionOf(effect.session) === undefined) {
          gone(io, effect.opId);
          return;
        }
        lastLane += 1;
        const open = process.lanes.get(effect.session) ?? new Set();
        process.lanes.set(effect.session, open.add(lastLane));
        process.opening.set(effect.opId, { session: effect.session, lane: lastLane });
        complete(io, effect.opId, lastLane);
        return;
      }
      case 'closeLane':
        process.lanes.get(effect.session)?.delete(effect.lane);
        return;
      case 'expectUpload':
        process.uploads.set(effect.requestId, { opId: effect.opId, lane: effect.lane });
        return;
      case 'sendTransfer': {
        s.observer.onSend(server, process, effect);
        const connection = process.connectionOf(effect.session);
        if (connection === undefined) {
          gone(io, effect.opId);
          return;
        }
        if (process.silent) return;
        const { opId, lane, requestId: id } = effect;
        const picture = effect.bytes as SimPicture;
        io.sendReliably(connection.client, { kind: 'result', connection, id, lane, opId, picture });
        return;
      }
      case 'abandon': {
        const opening = process.opening.get(effect.opId);
        if (opening !== undefined) process.lanes.get(opening.session)?.delete(opening.lane);
        process.opening.delete(effect.opId);
        return;
      }
      case 'silence':
        process.silent = effect.silent;
        s.observer.onSilence(server, effect.silent);
        io.note(() => (effect.silent ? 'plays dead' : 'lives again'));
        return;
      case 'report':
        s.observer.onFact(server, process, effect.fact);
        io.note(() => `· ${describeFact(effect.fact)}`);
        return;
    }
  }

  return {
    create: ({ now, restarts, random }) => {
      s.observer.onBirth(server);
      process = new ServerActor(s.configOf(server, restarts), random);
      process.step(now, { type: 'load', value: random.float(), utilization: random.float() });
      return process;
    },
    start: { type: 'start' },
    timeout: { type: 'timeout' },
    message: (from, letter) => {
      s.observer.onLetter(server, letter);
      return { type: 'letter', from: s.ids[from], letter, wallMs: s.wallNow() };
    },
    signal: (signal) => (signal === 'SIGTERM' ? { type: 'drain' } : undefined),
    ...(s.refuses && { refused: (peer: NodeId) => hintOf(s.ids[peer]) }),
    perform,
  };
}

function hintOf(peer: string | undefined): CloudEvent | undefined {
  return peer === undefined ? undefined : { type: 'hint', peer };
}

function describeFact(fact: CloudFact): string {
  const { kind, ...rest } = fact.kind === 'election' || fact.kind === 'token' ? fact.fact : fact;
  return `${kind} ${JSON.stringify(rest)}`;
}
