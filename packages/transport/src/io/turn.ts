import { Fifo } from '../core/fifo.ts';

/**
 * The end of a turn of the loop, as one transport uses it: what has arrived is read, then promises and ticks of the program go on, then is
 * sent what all that has made ready. So an answer leaves in the turn in which it was asked for.
 */
export class Turn {
  readonly #onSend: () => void;
  readonly #reads = new Fifo<() => void>();
  #reading: NodeJS.Immediate | undefined;
  #sending: NodeJS.Immediate | undefined;
  #over = false;
  // Made once: each turn needs them.
  readonly #doRead = (): void => this.#read();
  readonly #doSend = (): void => this.#send();

  /** @param onSend sends what is ready */
  constructor(onSend: () => void) {
    this.#onSend = onSend;
  }

  /** Something can be read, by `read`. */
  readable(read: () => void): void {
    if (this.#over) return;
    this.#reads.push(read);
    if (this.#reading !== undefined) return;
    // Immediates run in their order, and between two of them promises go on.
    clearImmediate(this.#sending);
    this.#reading = setImmediate(this.#doRead);
    this.#sending = setImmediate(this.#doSend);
  }

  /** Something may be ready to be sent. */
  sendable(): void {
    if (!this.#over) this.#sending ??= setImmediate(this.#doSend);
  }

  /** Nothing is read or sent any more. */
  end(): void {
    this.#over = true;
    clearImmediate(this.#reading);
    clearImmediate(this.#sending);
  }

  #read(): void {
    this.#reading = undefined;
    for (let waiting = this.#reads.length; waiting > 0; waiting--) this.#reads.shift()?.();
  }

  #send(): void {
    this.#sending = undefined;
    this.#onSend();
  }
}
