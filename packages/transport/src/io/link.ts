import { SessionClosedError } from './errors.ts';
import type { CloseReason, Link, LinkOptions, Session, Transport } from './interface.ts';
import { SessionHandle } from './session-handle.ts';

const MIN_BACKOFF_MS = 50;
const MAX_BACKOFF_MS = 1_000;
/** Of `pingMs`. */
const PING_MS = 5_000;

/**
 * Keeps a session with the peer up. When acknowledgements stay away, a new handshake is tried beside the old session,
 * so that a peer that has restarted is found again before the old session times out. A peer that was only slow says that it has
 * the old session still, and that one lives on, with all that is under way on it.
 */
export function openLink(transport: Transport, options: LinkOptions): Link {
  return new KeptLink(transport, options);
}

class KeptLink implements Link {
  readonly publicKey: Uint8Array;
  readonly #transport: Transport;
  readonly #options: LinkOptions;
  readonly #pings: NodeJS.Timeout;
  #session: SessionHandle | undefined;
  #attempt: SessionHandle | undefined;
  #retry: NodeJS.Timeout | undefined;
  #backoffMs: number;
  #closed = false;

  constructor(transport: Transport, options: LinkOptions) {
    this.#transport = transport;
    this.#options = options;
    this.publicKey = options.publicKey;
    this.#backoffMs = options.minBackoffMs ?? MIN_BACKOFF_MS;
    this.#pings = setInterval(() => this.#session?.ping(), options.pingMs ?? PING_MS).unref();
    this.#connect();
  }

  get session(): Session | undefined {
    return this.#session;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#pings);
    clearTimeout(this.#retry);
    this.#attempt?.close();
    this.#session?.close();
  }

  #connect(): void {
    if (this.#closed || this.#attempt !== undefined) return;
    const { address, publicKey, preSharedKey } = this.#options;
    const attempt = this.#transport.connect({
      address,
      publicKey,
      ...(preSharedKey === undefined ? {} : { preSharedKey }),
      ...(this.#session === undefined ? {} : { replaces: this.#session }),
    });
    if (!(attempt instanceof SessionHandle)) throw new TypeError('a link needs a transport of openTransport');
    this.#attempt = attempt;
    attempt.opened.then(
      () => this.#up(attempt),
      (error: unknown) => this.#failed(attempt, error),
    );
  }

  #up(session: SessionHandle): void {
    const older = this.#session;
    this.#attempt = undefined;
    this.#session = session;
    this.#backoffMs = this.#options.minBackoffMs ?? MIN_BACKOFF_MS;
    if (older !== undefined) {
      // The peer does not know it any more.
      this.#options.onDown?.('idle');
      older.close();
    }
    session.onUnresponsive = () => this.#connect();
    session.ended.then((reason) => this.#ended(session, reason));
    this.#options.onUp(session);
  }

  #ended(session: SessionHandle, reason: CloseReason): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    this.#options.onDown?.(reason);
    this.#retryLater();
  }

  #failed(attempt: SessionHandle, error: unknown): void {
    if (this.#attempt === attempt) this.#attempt = undefined;
    // Nobody but the transport ends an attempt of ours: it is closed.
    if (error instanceof SessionClosedError && error.reason === 'local') this.close();
    // Not when the old session has spoken again, or was vouched for: its next silence begins anew.
    else if (this.#session?.unresponsive !== false) this.#retryLater();
  }

  #retryLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    // Half to all of the delay, so that many links do not come back in step.
    this.#retry = setTimeout(() => this.#connect(), this.#backoffMs * (0.5 + Math.random() / 2));
    this.#backoffMs = Math.min(this.#backoffMs * 2, this.#options.maxBackoffMs ?? MAX_BACKOFF_MS);
  }
}
