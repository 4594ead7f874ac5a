import { performance } from 'node:perf_hooks';
import { Fifo } from '../core/fifo.ts';
import { Vigil } from './vigil.ts';

/**
 * The end of a turn of the loop, as one transport uses it: what has arrived is read, then promises and ticks of the program go on, then is
 * sent what all that has made ready. So an answer leaves in the turn in which it was asked for. Where an answer may come at once the loop goes
 * round for a moment before it sleeps: everybody else's events are served meanwhile.
 */
export class Turn {
  readonly #onSend: () => number;
  readonly #reads = new Fifo<() => void>();
  #reading: NodeJS.Immediate | undefined;
  #sending: NodeJS.Immediate | undefined;
  #waking: NodeJS.Immediate | undefined;
  readonly #vigil: Vigil;
  #over = false;
  // Made once: each turn needs them.
  readonly #doRead = (): void => this.#read();
  readonly #doSend = (): void => this.#send();
  readonly #doWake = (): void => this.#wake();

  /** @param onSend sends what is ready, and returns how soon in ms something may be answered: infinite if nothing is to be */
  constructor(onSend: () => number, vigil: Vigil = new Vigil()) {
    this.#vigil = vigil;
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

  /** Something has arrived: whoever waited for it need not any more, and may have something to send. */
  received(now: number): void {
    this.#vigil.end(now);
    this.sendable();
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
    clearImmediate(this.#waking);
  }

  #read(): void {
    this.#reading = undefined;
    for (let waiting = this.#reads.length; waiting > 0; waiting--) this.#reads.shift()?.();
  }

  #send(): void {
    this.#sending = undefined;
    const answerMs = this.#onSend();
    // What is still to be read or sent keeps the loop going anyway.
    if (this.#over || this.#reading !== undefined || this.#sending !== undefined) return;
    if (this.#vigil.begin(answerMs, performance.now())) this.#waking ??= setImmediate(this.#doWake);
  }

  /** The loop does not sleep while something is to be done at its next turn. */
  #wake(): void {
    this.#waking = this.#vigil.lasts(performance.now()) ? setImmediate(this.#doWake) : undefined;
  }
}
