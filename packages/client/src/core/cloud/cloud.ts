import {
  type AckBodies,
  type AnyAck,
  type AnyRequest,
  type CloudMessage,
  MAX_STEGO_BYTES,
  type RequestBodies,
  type RequestType,
} from '@p2pimg/wire';
import type { Context } from '../context.ts';
import { CloudRefusedError, CloudUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { Exchange, MOST_BACKOFF } from './exchange.ts';
import { ResponseTime } from './response-time.ts';

/** How far ahead a request expires: more than it may take, so that clocks may differ a little. */
const LIFETIME_MS = 2 * 60 * 1000;

/** All servers, and the requests that are open with them. */
export class Cloud {
  readonly #context: Context;
  readonly #up = new Set<string>();
  readonly #open = new Map<string, Exchange>();
  readonly #responseTime: ResponseTime;

  constructor(context: Context) {
    this.#context = context;
    const { retransmitMs } = context.settings;
    this.#responseTime = new ResponseTime(retransmitMs, MOST_BACKOFF * retransmitMs);
  }

  get up(): ReadonlySet<string> {
    return this.#up;
  }

  serverUp(server: string): void {
    this.#up.add(server);
    for (const exchange of this.#open.values()) exchange.serverUp();
  }

  serverDown(server: string): void {
    if (!this.#up.delete(server)) return;
    for (const exchange of this.#open.values()) exchange.serverDown(server);
  }

  received(server: string, message: CloudMessage): void {
    if (message.kind === 'ack')
      this.#open.get(message.ack.id)?.receive({ kind: 'ack', ack: { ...message.ack, server } });
    else this.#open.get(message.assigned.id)?.receive({ kind: 'assigned', server, lane: message.assigned.lane });
  }

  /** A result that is asked for is handed to its request; anything else is refused. */
  offered(
    server: string,
    transfer: { readonly transfer: number; readonly id: string; readonly size: number },
  ): boolean {
    const exchange = this.#open.get(transfer.id);
    if (exchange === undefined || transfer.size > MAX_STEGO_BYTES) return false;
    exchange.receive({ kind: 'result', server, transfer: transfer.transfer, size: transfer.size });
    return true;
  }

  /**
   * Asks and waits for the answer.
   * @throws CloudUnreachableError, CloudRefusedError
   */
  *ask<T extends RequestType>(type: T, body: RequestBodies[T], options: AskOptions = {}): Flow<AckBodies[T]> {
    return yield* this.converse(type, body, options, (exchange) => answerTo(type, exchange));
  }

  /**
   * Keeps a request open while `talk` runs.
   * @throws CloudUnreachableError when `talk` waits past the deadline, and what `talk` throws
   */
  *converse<T extends RequestType, R>(
    type: T,
    body: RequestBodies[T],
    { id = this.#context.newId(), withinMs = this.#context.settings.requestMs }: AskOptions,
    talk: (exchange: Exchange) => Flow<R>,
  ): Flow<R> {
    const { now } = this.#context;
    const notAfter = now + Math.max(LIFETIME_MS, withinMs);
    const request = { type, id, notAfter, servers: [], tried: [], body } as unknown as AnyRequest;
    const exchange = new Exchange(this.#context, this.#up, this.#responseTime, request, now + withinMs);
    this.#open.set(id, exchange);
    try {
      return yield* talk(exchange);
    } catch (error) {
      if (error instanceof WaitTimeoutError) throw new CloudUnreachableError(exchange.hop());
      throw error;
    } finally {
      this.#open.delete(id);
      exchange.close();
    }
  }
}

export interface AskOptions {
  readonly id?: string;
  readonly withinMs?: number;
}

/** Waits for the final acknowledgement. @throws CloudRefusedError, CloudUnreachableError, WaitTimeoutError */
export function* answerTo<T extends RequestType>(type: T, { letters, deadline }: Exchange): Flow<AckBodies[T]> {
  for (;;) {
    const letter = yield* letters.next(deadline);
    if (letter.kind === 'ack') return successBody(type, letter.ack);
  }
}

/** What a final acknowledgement carries. @throws CloudRefusedError, CloudUnreachableError when it answers something else */
export function successBody<T extends RequestType>(type: T, ack: AnyAck): AckBodies[T] {
  if (ack.type !== type) throw new CloudUnreachableError(`${ack.server} answered something else`);
  if (ack.status !== 'success') throw new CloudRefusedError(ack.server, ack.error.code, ack.error.message);
  return ack.body as AckBodies[T];
}
