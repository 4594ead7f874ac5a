/**
 * Writes bits lowest first, as deflate wants them (RFC 1951 section 3.1.1), from `at` on into a buffer with
 * {@link slack} bytes more than are needed: always a whole word is stored, without a branch, and what is too much is
 * overwritten by the next.
 */
export class BitWriter {
  static readonly slack = 4;

  readonly bytes: Uint8Array;
  /** Where the next whole byte goes. */
  at: number;
  /** The bits, fewer than 8, that do not fill a byte yet. */
  held = 0;
  heldBits = 0;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, at = 0) {
    this.bytes = bytes;
    this.at = at;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bits written so far, those before the beginning counted. */
  get bitLength(): number {
    return this.at * 8 + this.heldBits;
  }

  /** Appends the low `count` bits of `value`, 0 ≤ count ≤ 24; the bits above are zero. */
  write(value: number, count: number): void {
    const held = this.held | (value << this.heldBits);
    const heldBits = this.heldBits + count;
    this.#view.setInt32(this.at, held, true);
    this.at += heldBits >> 3;
    this.held = held >>> (heldBits & 24);
    this.heldBits = heldBits & 7;
  }

  /** Appends the first `count` bits of `bytes`. */
  writeAll(bytes: Uint8Array, count: number): void {
    for (let i = 0; i * 8 < count; i++) this.write(bytes[i]!, Math.min(8, count - i * 8));
  }

  /** Fills up to a whole byte with zeros and returns where it ends. */
  align(): number {
    if (this.heldBits > 0) this.write(0, 8 - this.heldBits);
    return this.at;
  }
}
