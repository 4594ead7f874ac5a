/** Writes bits lowest first, as deflate wants them (RFC 1951 section 3.1.1), into a buffer that is large enough. */
export class BitWriter {
  readonly bytes: Uint8Array;
  #held = 0;
  #heldBits = 0;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.#at = at;
  }

  /** Bits written so far. */
  get bitLength(): number {
    return this.#at * 8 + this.#heldBits;
  }

  /** Appends the low `count` bits of `value`, 0 ≤ count ≤ 24; the bits above are zero. */
  write(value: number, count: number): void {
    this.#held |= value << this.#heldBits;
    this.#heldBits += count;
    while (this.#heldBits >= 8) {
      this.bytes[this.#at++] = this.#held;
      this.#held >>>= 8;
      this.#heldBits -= 8;
    }
  }

  /** Fills up to a whole byte with zeros and returns the number of bytes written. */
  align(): number {
    if (this.#heldBits > 0) this.write(0, 8 - this.#heldBits);
    return this.#at;
  }
}
