/** Turns the core: events in, effects done, one timer. */

import type { Call, CallArgs, CallName, CallResult } from '../core/calls.ts';
import { ClientCore } from '../core/client-core.ts';
import type { ClientEffect } from '../core/effects.ts';
import { ClientError, OperationError } from '../core/errors.ts';
import type { ClientEvent } from '../core/events.ts';
import type { News, Progress } from '../core/news.ts';
import type { CoreSettings } from '../core/settings.ts';
import { Clock } from './clock.ts';
import type { Handles } from './handles.ts';
import type { Jobs } from './jobs.ts';
import type { Journal } from './journal.ts';
import type { Network } from './network.ts';

/** A timer longer than this overflows setTimeout. */
const MAX_TIMER_MS = 0x7fff_ffff;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ClientError) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

export interface DriverParts {
  readonly settings: CoreSettings;
  readonly journal: Journal;
  readonly jobs: Jobs;
  readonly handles: Handles;
  readonly randomHex: (bytes: number) => string;
  readonly onNews: (news: News) => void;
  /** Told of each effect before it is done. */
  readonly beforeEffect?: ((effect: ClientEffect) => void) | undefined;
}

export class Driver {
  readonly core: ClientCore;
  readonly #parts: DriverParts;
  readonly #clock = new Clock();
  readonly #calls = new Map<number, PendingCall>();
  readonly #events: ClientEvent[] = [];
  #network: Network | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When it fires, on the core's clock; undefined while none is set. */
  #timerAt: number | undefined;
  #lastCall = 0;
  #turning = false;
  #closed = false;

  constructor(parts: DriverParts) {
    this.#parts = parts;
    this.core = new ClientCore(parts.settings, parts.journal.records, parts.randomHex);
  }

  /** Must be set before the first call; another one later takes its place, and no server is up until it says so. */
  attach(network: Network): void {
    this.#network = network;
    for (const server of [...this.core.serversUp]) this.dispatch({ kind: 'cloudDown', server });
  }

  readonly dispatch = (event: ClientEvent): void => {
    if (this.#closed) return;
    this.#events.push(event);
    if (this.#turning) return;
    this.#turning = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        for (const effect of this.core.step(this.#clock.now(), next)) this.#perform(effect);
      }
    } finally {
      this.#turning = false;
    }
    this.#setTimer();
  };

  call<N extends CallName>(
    name: N,
    args: CallArgs<N>,
    onProgress?: (progress: Progress) => void,
  ): Promise<CallResult<N>> {
    if (this.#closed) return Promise.reject(new ClientError('closed', 'the client is closed'));
    return new Promise((resolve, reject) => {
      const callId = ++this.#lastCall;
      this.#calls.set(callId, { resolve: resolve as (value: unknown) => void, reject, onProgress });
      this.dispatch({ kind: 'call', callId, call: { name, args } as Call });
    });
  }

  /** Nothing is done any more; open calls are rejected. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const { reject } of this.#calls.values()) reject(new ClientError('closed', 'the client was closed'));
    this.#calls.clear();
  }

  /** A timer that is set for earlier stays: it costs less to be woken in vain than to set it anew for each event. */
  #setTimer(): void {
    const due = this.core.nextTimeout();
    if (this.#closed || due === this.#timerAt) return;
    if (due !== undefined && this.#timerAt !== undefined && this.#timerAt < due) return;
    clearTimeout(this.#timer);
    this.#timerAt = due;
    if (due === undefined) return;
    const delay = Math.min(Math.max(0, due - this.#clock.now()), MAX_TIMER_MS);
    this.#timer = setTimeout(() => {
      this.#timerAt = undefined;
      this.dispatch({ kind: 'tick' });
    }, delay);
  }

  #perform(effect: ClientEffect): void {
    const network = this.#network;
    if (network === undefined) throw new Error('the network is not attached');
    this.#parts.beforeEffect?.(effect);
    switch (effect.kind) {
      case 'sendCloud':
        network.sendCloud(effect.server, effect.request);
        break;
      case 'cancelCloud':
        network.cancelCloud(effect.server, effect.id);
        break;
      case 'sendPeer':
        this.#complete(effect.opId, network.sendPeer(effect.peer, effect.address, effect.request));
        break;
      case 'answerPeer':
        network.answerPeer(effect.peer, effect.ack);
        break;
      case 'openLane':
        this.#complete(effect.opId, network.sessions.openLane(effect.place));
        break;
      case 'closeLane':
        network.sessions.closeLane(effect.place, effect.lane);
        break;
      case 'sendTransfer': {
        const { from, to } = effect.range ?? {};
        const bytes = this.#parts.handles.get(effect.bytes).subarray(from, to);
        this.#complete(effect.opId, network.sessions.sendTransfer(effect, bytes, this.#progressOf(effect.opId)));
        break;
      }
      case 'acceptTransfer': {
        const arrived = network.sessions.acceptTransfer(effect.transfer, this.#progressOf(effect.opId));
        this.#complete(
          effect.opId,
          arrived.then((bytes) => this.#parts.handles.hold(bytes)),
        );
        break;
      }
      case 'refuseTransfer':
        network.sessions.refuseTransfer(effect.transfer);
        break;
      case 'store':
        this.#complete(effect.opId, this.#parts.journal.append(effect.changes));
        break;
      case 'job':
        this.#complete(effect.opId, this.#parts.jobs.run(effect.job));
        break;
      case 'release':
        this.#parts.handles.release(effect.bytes);
        break;
      case 'answer':
        this.#answer(effect);
        break;
      case 'progress':
        this.#calls.get(effect.callId)?.onProgress?.(effect.progress);
        break;
      case 'report':
        this.#parts.onNews(effect.news);
        break;
    }
  }

  #progressOf(opId: number): (bytes: number) => void {
    return (bytes) => this.dispatch({ kind: 'transferred', opId, bytes });
  }

  #complete(opId: number, work: Promise<unknown>): void {
    work.then(
      (value) => this.dispatch({ kind: 'completed', opId, value }),
      (error: unknown) => this.dispatch({ kind: 'failed', opId, error: operationError(error) }),
    );
  }

  #answer({ callId, outcome }: Extract<ClientEffect, { readonly kind: 'answer' }>): void {
    const call = this.#calls.get(callId);
    this.#calls.delete(callId);
    if (outcome.ok) call?.resolve(outcome.value);
    else call?.reject(outcome.error);
  }
}

function operationError(error: unknown): OperationError {
  if (error instanceof Error) return new OperationError(error.name, error.message);
  return new OperationError('Error', 'failed');
}
