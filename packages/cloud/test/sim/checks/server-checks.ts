import type { NodeId } from '@p2pimg/netsim';
import type { RequestNotice } from '@p2pimg/wire';
import type { CloudFact } from '../../../src/index.ts';
import type { Letter } from '../letter.ts';
import type { ServerActor } from '../servers/server-actor.ts';
import type { ServerObserver } from '../servers/server-adapter.ts';
import type { Secrets } from './secrets.ts';

type ElectionFact = Extract<CloudFact, { kind: 'election' }>['fact'];

/** The directory's driver gives a call up after 300 ms. */
const LONGEST_ANSWER_MS = 310;

/** How the work was shared out, over all servers and requests. */
export interface Tally {
  /** Requests that two servers have begun at the same attempt, or have worked on to the end. */
  doubled: number;
  /** Requests that a server took up by itself, without the leader. */
  unstamped: number;
  /** Requests that moved on from the server that had them. */
  moved: number;
  takeOvers: number;
  /** Times that a full server passed a request on. */
  passed: number;
  lateCompletions: number;
  playedDead: number;
}

/** What must hold on the servers' side at any moment. Watches what they send and report. */
export class ServerChecks implements ServerObserver {
  readonly tally: Tally = {
    doubled: 0,
    unstamped: 0,
    moved: 0,
    takeOvers: 0,
    passed: 0,
    lateCompletions: 0,
    playedDead: 0,
  };
  readonly #ids: readonly string[];
  readonly #tokenLeftMs: (holder: string) => number;
  readonly #forgetful: boolean;
  readonly #secrets: Secrets;
  readonly #broken: (text: string) => void;
  /** By group name: its order, as whoever follows it sees it. Processes that ended together may begin anew at epoch 1. */
  readonly #orders = new Map<string, string>();
  readonly #epochs = new WeakMap<ServerActor, number>();
  readonly #refuted = new WeakMap<ServerActor, Set<string>>();
  readonly #births = new Map<NodeId, number>();
  /** By request, attempt, epoch and leader's process: the handler that was named. */
  readonly #stamps = new Map<string, string>();
  /** By request and attempt: who has begun. */
  readonly #begun = new Map<string, string>();
  /** By request: who has worked on it to the end. */
  readonly #ended = new Map<string, string>();
  readonly #silent = new Set<NodeId>();
  /** Requests that moved on from the server that had them. */
  readonly moved: Set<string> = new Set();
  readonly #doubled = new Set<string>();

  /**
   * @param tokenLeftMs for how long that server still holds the failure token
   * @param forgetful ids are forgotten early: what a server did with one before then is no guide
   */
  constructor(
    ids: readonly string[],
    tokenLeftMs: (holder: string) => number,
    forgetful: boolean,
    secrets: Secrets,
    broken: (text: string) => void,
  ) {
    this.#tokenLeftMs = tokenLeftMs;
    this.#ids = ids;
    this.#forgetful = forgetful;
    this.#secrets = secrets;
    this.#broken = broken;
  }

  onLetter(server: NodeId, letter: Letter): void {
    this.#secrets.onLetter(server, letter);
  }

  onFact(server: NodeId, process: ServerActor, fact: CloudFact): void {
    switch (fact.kind) {
      case 'election':
        this.#onElection(server, process, fact.fact);
        break;
      case 'fault':
        this.#broken(`${this.#ids[server]} made a mistake at ${fact.requestType}: ${String(fact.error)}`);
        break;
      case 'moved':
        this.moved.add(fact.requestId);
        this.tally.moved = this.moved.size;
        break;
      case 'chosen':
        if (fact.by === 'take-over') this.tally.takeOvers += 1;
        if (fact.by === 'order') this.tally.unstamped += 1;
        break;
      case 'ended':
        if (fact.outcome === 'passed') this.tally.passed += 1;
        // Who yields has begun all the same; an error is followed by another attempt.
        if (['success', 'refused', 'yielded'].includes(fact.outcome)) this.#noteEnded(server, fact.requestId);
        break;
      case 'lateCompletion':
        this.tally.lateCompletions += 1;
        break;
    }
  }

  onSend(server: NodeId, process: ServerActor, effect: Parameters<ServerObserver['onSend']>[2]): void {
    if (process.silent) this.#broken(`${this.#ids[server]} sends something while down: ${effect.type}`);
    if (effect.type === 'notify') this.#onNotice(server, effect.notice);
    if (effect.type !== 'sendClient' || effect.message.kind !== 'assigned') return;
    const { id, lane } = effect.message.assigned;
    if (lane !== undefined) this.#secrets.onWorkerPort(server, id);
  }

  onSilence(server: NodeId, silent: boolean): void {
    if (!silent) {
      this.#silent.delete(server);
      this.#checkHeld(server);
      return;
    }
    this.tally.playedDead += 1;
    this.#silent.add(server);
    if (this.#silent.size > 1) {
      this.#broken(`${[...this.#silent].map((node) => this.#ids[node]).join(' and ')} play dead at once`);
    }
  }

  /** Who holds the token is down until it runs out, but for the time that the directory's answer took. */
  #checkHeld(server: NodeId): void {
    const left = this.#tokenLeftMs(this.#ids[server]!);
    if (left > LONGEST_ANSWER_MS) this.#broken(`${this.#ids[server]} lives again ${left.toFixed(0)} ms too early`);
  }

  /** What the process before it was playing, and had said, is over. */
  onBirth(server: NodeId): void {
    this.#silent.delete(server);
    this.#births.set(server, (this.#births.get(server) ?? 0) + 1);
  }

  #onNotice(server: NodeId, message: RequestNotice): void {
    const self = this.#ids[server]!;
    if (message.type === 'stamp') {
      const { id, attempt, epoch, handler } = message;
      const named = this.#put(this.#stamps, `${id} ${attempt} ${epoch} ${self} ${this.#births.get(server)}`, handler);
      if (named !== handler && !this.#forgetful)
        this.#broken(`${self} gave ${id} to ${named} and to ${handler} at the same attempt`);
    }
    if (message.type === 'handling' || (message.type === 'stamp' && message.handler === self)) {
      const begun = this.#put(this.#begun, `${message.id} ${message.attempt}`, self);
      if (begun !== self) this.#noteDoubled(message.id);
    }
  }

  #noteEnded(server: NodeId, id: string): void {
    const self = this.#ids[server]!;
    if (this.#put(this.#ended, id, self) !== self) this.#noteDoubled(id);
  }

  #noteDoubled(id: string): void {
    this.#doubled.add(id);
    this.tally.doubled = this.#doubled.size;
  }

  #onElection(server: NodeId, process: ServerActor, fact: ElectionFact): void {
    const self = this.#ids[server]!;
    switch (fact.kind) {
      case 'group': {
        const { epoch, revision, leader } = fact;
        const order = fact.order.join(' > ');
        const name = `${epoch}.${revision} of ${leader}`;
        const known = this.#put(this.#orders, name, order);
        if (known !== order) this.#broken(`group ${name} is ${known} and, on ${self}, ${order}`);
        const before = this.#epochs.get(process) ?? 0;
        if (epoch < before) this.#broken(`the epoch of ${self} went back from ${before} to ${epoch}`);
        this.#epochs.set(process, epoch);
        break;
      }
      case 'refuted': {
        const refuted = this.#refuted.get(process) ?? new Set();
        this.#refuted.set(process, refuted.add(`${fact.peer} ${fact.incarnation - 1}`));
        break;
      }
      case 'died':
        if (this.#refuted.get(process)?.has(`${fact.peer} ${fact.incarnation}`)) {
          this.#broken(`${self} buried ${fact.peer} in the refuted incarnation ${fact.incarnation}`);
        }
        break;
    }
  }

  /** What is known under that key, first of all this. */
  #put(map: Map<string, string>, key: string, value: string): string {
    const known = map.get(key);
    if (known === undefined) map.set(key, value);
    return known ?? value;
  }
}
