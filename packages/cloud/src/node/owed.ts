/** Of what waits for one client's acknowledgement: past either, what is said is dropped, and the client asks again. */
const MAX_OWED_MESSAGES = 4_096;
const MAX_OWED_BYTES: number = 16 * 1024 * 1024;

/** What stays in memory until one client acknowledges it. */
export class Owed {
  #messages = 0;
  #bytes = 0;

  /** Sends it, unless too much of that kind is there already. When sending fails, the client comes again if it still wants the answer. */
  send({ length }: Uint8Array, send: () => Promise<unknown>): void {
    if (this.#messages >= MAX_OWED_MESSAGES || this.#bytes + length > MAX_OWED_BYTES) return;
    this.#messages += 1;
    this.#bytes += length;
    const settled = (): void => {
      this.#messages -= 1;
      this.#bytes -= length;
    };
    send().then(settled, settled);
  }
}
