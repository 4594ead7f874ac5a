import type { AnyRequest } from '@p2pimg/wire';
import type { Draft } from './draft.ts';

const RESEND_MS = 300;
const MAX_RESEND_MS = 2_400;

/** One open request, as a client handles it: to all servers, again until somebody answers, away from those that failed it. */
export class Exchange {
  readonly draft: Draft;
  /** Told to the server that has it, or to all: this attempt is over. Infinity: never. */
  cancelAt: number;
  readonly forgetAt: number;
  readonly #request: AnyRequest;
  readonly #servers: readonly string[];
  readonly #tried = new Set<string>();
  /** Worker ports that have had the picture. */
  readonly #uploads = new Set<string>();
  /** Servers whose stego picture has arrived. */
  readonly results: Set<string> = new Set();
  #handler: string | undefined;
  #resendAt: number;
  #pause = RESEND_MS;

  constructor(
    draft: Draft,
    request: AnyRequest,
    servers: readonly string[],
    now: number,
    ends: { readonly cancelAt: number; readonly forgetAt: number },
  ) {
    this.draft = draft;
    this.#request = request;
    this.#servers = servers;
    this.#resendAt = now;
    this.cancelAt = ends.cancelAt;
    this.forgetAt = ends.forgetAt;
  }

  get id(): string {
    return this.#request.id;
  }

  get wakeAt(): number {
    return Math.min(this.#resendAt, this.cancelAt, this.forgetAt);
  }

  /** The request to send now, or undefined when it is not time yet. */
  sending(now: number): AnyRequest | undefined {
    if (now < this.#resendAt) return undefined;
    this.#resendAt = now + this.#pause;
    this.#pause = Math.min(this.#pause * 2, MAX_RESEND_MS);
    return { ...this.#request, servers: this.#servers, tried: [...this.#tried].sort() };
  }

  /** @returns whether a picture has to go to that worker port */
  assigned(server: string, lane: number | undefined): boolean {
    this.#handler = server;
    if (lane === undefined || this.#request.type !== 'encode') return false;
    const place = `${server} ${lane}`;
    if (this.#uploads.has(place)) return false;
    this.#uploads.add(place);
    return true;
  }

  /** A new session with everybody: worker ports belonged to the last one. */
  reconnected(now: number): void {
    this.#resendAt = now;
  }

  serverLost(now: number, server: string): void {
    if (this.#handler === server) this.failed(now, server, undefined);
  }

  /** The server cannot do it now: it goes to the others at once; when all have failed, or one has again, to all again, after a while. */
  failed(now: number, server: string, retryAfterMs: number | undefined): void {
    const again = this.#tried.has(server);
    this.#tried.add(server);
    if (this.#handler === server) this.#handler = undefined;
    if (!again && this.#servers.some((id) => !this.#tried.has(id))) {
      this.#resendAt = now;
      return;
    }
    this.#tried.clear();
    if (retryAfterMs !== undefined) this.#resendAt = now + retryAfterMs;
  }
}
