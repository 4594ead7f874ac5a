import type { AnyAck, AnyRequest } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import type { BytesHandle } from '../effects.ts';
import type { Flow } from '../flow/flows.ts';
import { Mailbox } from '../flow/mailbox.ts';
import type { ResponseTime } from './response-time.ts';

/** A pause grows to so many times the shortest one. */
export const MOST_BACKOFF = 8;

/** What happens to a request while it is open. */
export type CloudLetter =
  | { readonly kind: 'assigned'; readonly server: string; readonly lane: number | undefined }
  | { readonly kind: 'ack'; readonly ack: AnyAck }
  | { readonly kind: 'result'; readonly server: string; readonly transfer: number; readonly size: number }
  | { readonly kind: 'picture'; readonly server: string; readonly bytes: BytesHandle };

/** One request to all servers: sent again until somebody answers, away from servers that failed it. */
export class Exchange {
  readonly deadline: number;
  readonly letters: Mailbox<CloudLetter>;
  readonly #context: Context;
  readonly #up: ReadonlySet<string>;
  readonly #tried = new Set<string>();
  #request: AnyRequest;
  #handler: string | undefined;
  #lastFailure: string | undefined;
  #wake: number | undefined;
  #open = true;
  /** When it was sent, as long as that was once and nobody has answered. */
  #sentOnceAt: number | undefined;
  readonly #responseTime: ResponseTime;
  #answeredBy: string | undefined;

  constructor(
    context: Context,
    up: ReadonlySet<string>,
    responseTime: ResponseTime,
    request: AnyRequest,
    deadline: number,
  ) {
    this.#responseTime = responseTime;
    this.#context = context;
    this.#up = up;
    this.#request = request;
    this.deadline = deadline;
    this.letters = new Mailbox(context.flows);
    context.flows.spawn(this.#retransmit());
  }

  get id(): string {
    return this.#request.id;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  /** The server that said last that it handles the request. */
  get handler(): string | undefined {
    return this.#handler;
  }

  /** Something arrived from a server for this request. */
  receive(letter: CloudLetter): void {
    if (!this.#open) return;
    if (this.#sentOnceAt !== undefined) this.#responseTime.came(this.#context.now - this.#sentOnceAt);
    this.#sentOnceAt = undefined;
    if (letter.kind === 'assigned') {
      this.#handler = letter.server;
      this.#wakeFor('taken');
    }
    if (letter.kind === 'ack' && letter.ack.status === 'error') {
      this.#failed(
        letter.ack.server,
        `${letter.ack.server}: ${letter.ack.error.message}`,
        letter.ack.error.retryAfterMs,
      );
      return;
    }
    if (letter.kind === 'ack') this.#answeredBy = letter.ack.server;
    this.letters.post(letter);
  }

  serverUp(): void {
    this.#resend();
  }

  serverDown(server: string): void {
    if (!this.#open) return;
    if (this.#handler !== server && this.#answeredBy !== server) return;
    this.#failed(server, `${server} took the request and went away`, undefined);
  }

  /** Ends the request; the server that still works on it is told. */
  close(): void {
    this.#open = false;
    if (this.#answeredBy === undefined && this.#handler !== undefined && this.#up.has(this.#handler)) {
      this.#context.emit({ kind: 'cancelCloud', server: this.#handler, id: this.id });
    }
    this.#resend();
  }

  /** Names the hop at which the request ended. */
  hop(): string {
    const { servers } = this.#context.settings;
    if (this.#lastFailure !== undefined) return this.#lastFailure;
    if (this.#up.size === 0) return `no link to ${servers.join(', ')}`;
    if (this.#handler !== undefined) return `${this.#handler} took the request and fell silent`;
    return `no answer from ${[...this.#up].join(', ')}`;
  }

  #failed(server: string, failure: string, retryAfterMs: number | undefined): void {
    this.#lastFailure = failure;
    const again = this.#tried.has(server);
    this.#tried.add(server);
    if (this.#handler === server) this.#handler = undefined;
    const untried = [...this.#up].some((id) => !this.#tried.has(id));
    if (untried && !again) {
      this.#resend();
    } else {
      // Everybody has failed it once, or it was given to one that had: all are asked again, after the pause that was asked for or the usual one.
      this.#tried.clear();
      if (retryAfterMs !== undefined) this.#context.flows.spawn(this.#resendAfter(retryAfterMs));
    }
  }

  *#resendAfter(ms: number) {
    yield* this.#context.sleep(ms);
    this.#resend();
  }

  /** Ends the pause before the next sending. */
  #resend(): void {
    this.#wakeFor('send');
  }

  #wakeFor(reason: 'send' | 'taken'): void {
    const wake = this.#wake;
    this.#wake = undefined;
    if (wake !== undefined) this.#context.flows.settle(wake, reason);
  }

  *#retransmit(): Flow<void> {
    const most = this.#context.settings.retransmitMs * MOST_BACKOFF;
    let pause = this.#responseTime.patienceMs;
    let sendings = 0;
    // Also after an answer: as long as this is open, something of it is still missing.
    while (this.#open && this.#context.now < this.deadline) {
      this.#request = { ...this.#request, servers: [...this.#up].sort(), tried: [...this.#tried].sort() };
      for (const server of this.#up) this.#context.emit({ kind: 'sendCloud', server, request: this.#request });
      if (this.#up.size > 0) sendings += 1;
      this.#sentOnceAt = sendings === 1 ? this.#context.now : undefined;
      // Whoever has taken it lets the others know, and they take it over if need be: then asking is only to find out.
      while ((yield* this.#pauseFor(pause)) === 'taken') pause = most;
      pause = this.#handler === undefined ? Math.min(pause * 2, most) : most;
    }
  }

  *#pauseFor(ms: number): Flow<'send' | 'taken' | 'over'> {
    const { flows, now } = this.#context;
    const wake = flows.token();
    this.#wake = wake;
    try {
      return yield* flows.wait<'send' | 'taken'>(wake, now + ms);
    } catch {
      return 'over';
    }
  }
}
