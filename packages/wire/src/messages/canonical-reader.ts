import { utf8Decode } from '../bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_PRINTABLE = 0x20;
const ZERO = 0x30;
/** A safe integer has no more. */
const MAX_DIGITS = 16;

/** Character codes of one text, before they become it. */
const SCRATCH: Readonly<Record<32 | 64, number[]>> = {
  32: new Array<number>(32).fill(0),
  64: new Array<number>(64).fill(0),
};

/**
 * Reads JSON in one spelling, byte after byte: without blanks and escapes, keys in one order, as `JSON.stringify` writes an object literal.
 * Once something differs it has failed: what it gives from then on means nothing, and `isWhole` is false.
 */
export class CanonicalReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #failed = false;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Everything was as expected, and nothing is left. */
  get isWhole(): boolean {
    return !this.#failed && this.#at === this.#bytes.length;
  }

  /** The next byte, for a choice; -1 at the end. */
  peek(): number {
    return this.#at < this.#bytes.length ? this.#bytes[this.#at]! : -1;
  }

  /** Passes that byte if it is the next one. @returns whether it was */
  take(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.#at += 1;
    return true;
  }

  /** Has to come next. */
  skip(literal: Uint8Array): void {
    const bytes = this.#bytes;
    const start = this.#at;
    if (start + literal.length > bytes.length) {
      this.#fail();
      return;
    }
    for (let i = 0; i < literal.length; i++) {
      if (bytes[start + i] === literal[i]) continue;
      this.#fail();
      return;
    }
    this.#at = start + literal.length;
  }

  /** So many lower-case hexadecimal digits. */
  hex(digits: 32 | 64): string {
    const bytes = this.#bytes;
    const start = this.#at;
    const codes = SCRATCH[digits];
    if (start + digits > bytes.length) return this.#fail();
    for (let i = 0; i < digits; i++) {
      const code = bytes[start + i]!;
      if (!isHexDigit(code)) return this.#fail();
      codes[i] = code;
    }
    this.#at = start + digits;
    return String.fromCharCode.apply(null, codes);
  }

  /** A whole number from 0 to `most`, without leading zeros. */
  count(most: number = Number.MAX_SAFE_INTEGER): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let value = 0;
    for (; at < bytes.length && at - start < MAX_DIGITS; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = 10 * value + digit;
    }
    const digits = at - start;
    if (digits === 0 || (digits > 1 && bytes[start] === ZERO) || value > most) this.#fail();
    else this.#at = at;
    return value;
  }

  /** A server's id, up to the quote that ends it. */
  name(): string {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    let name = '';
    for (; at < bytes.length && at - start < 32; at++) {
      const code = bytes[at]!;
      if (!isNameLetter(code) && (code !== 0x2d || at === start)) break;
      name += String.fromCharCode(code);
    }
    if (at === start) return this.#fail();
    this.#at = at;
    return name;
  }

  /** Text without escapes, up to the quote that ends it. */
  text(): string {
    const bytes = this.#bytes;
    const start = this.#at;
    const end = bytes.indexOf(QUOTE, start);
    if (end < 0) return this.#fail();
    for (let at = start; at < end; at++) {
      if (bytes[at]! < FIRST_PRINTABLE || bytes[at] === BACKSLASH) return this.#fail();
    }
    this.#at = end;
    try {
      return utf8Decode(bytes.subarray(start, end));
    } catch {
      return this.#fail(); // not UTF-8
    }
  }

  #fail(): '' {
    this.#failed = true;
    this.#at = this.#bytes.length;
    return '';
  }
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
}

function isNameLetter(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x7a);
}
