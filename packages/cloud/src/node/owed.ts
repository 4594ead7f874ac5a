/** Of what waits for one client's acknowledgement: past either, what is said is dropped, and the client asks again. */
const MAX_OWED_MESSAGES = 4_096;
const MAX_OWED_BYTES: number = 16 * 1024 * 1024;

/** What stays in memory until one client acknowledges it. */
export class Owed {
  #messages = 0;
  #bytes = 0;

  /** Counts a message of that many bytes, until it is settled. @returns false when too much is there already: it is not to be sent */
  add(bytes: number): boolean {
    if (this.#messages >= MAX_OWED_MESSAGES || this.#bytes + bytes > MAX_OWED_BYTES) return false;
    this.#messages += 1;
    this.#bytes += bytes;
    return true;
  }

  /** One of that many bytes has arrived, or never will: the client comes again if it still wants it. */
  settle(bytes: number): void {
    this.#messages -= 1;
    this.#bytes -= bytes;
  }
}
