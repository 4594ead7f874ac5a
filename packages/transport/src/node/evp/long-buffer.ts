import { word } from '../ffi.ts';
import { type Libcrypto, NULL } from './libcrypto.ts';

/**
 * From this length on memory stays where it is, and to point to it is cheaper than to copy what it holds: short arrays may lie in V8's heap, where
 * the garbage collector moves them.
 */
export const LONG_BUFFER_BYTES = 4_096;

/** The buffer of `LONG_BUFFER_BYTES` or more that was last asked for, held as long as its address is: drivers use the same one again and again. */
export class LongBuffer {
  readonly #openssl: Libcrypto;
  #bytes: Uint8Array | undefined;
  #start: bigint = NULL;

  constructor(openssl: Libcrypto) {
    this.#openssl = openssl;
  }

  /** The address of the byte at `at`. */
  pointer(b: Uint8Array, at: number): bigint {
    if (b !== this.#bytes) {
      this.#start = this.#openssl.getRawPointer(b);
      this.#bytes = b;
    }
    return at === 0 ? this.#start : this.#start + word(at);
  }

  /** Nothing points to it any more. */
  release(): void {
    this.#bytes = undefined;
  }
}
