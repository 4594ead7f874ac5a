import type { BytesHandle } from '../core/effects.ts';

/** Bytes that the core knows by number. */
export class Handles {
  readonly #bytes = new Map<BytesHandle, Uint8Array>();
  #last = 0;

  hold(bytes: Uint8Array): BytesHandle {
    this.#bytes.set(++this.#last, bytes);
    return this.#last;
  }

  get(handle: BytesHandle): Uint8Array {
    const bytes = this.#bytes.get(handle);
    if (bytes === undefined) throw new RangeError('these bytes have been released');
    return bytes;
  }

  /** The bytes, which are forgotten here. */
  take(handle: BytesHandle): Uint8Array {
    const bytes = this.get(handle);
    this.#bytes.delete(handle);
    return bytes;
  }

  release(handle: BytesHandle): void {
    this.#bytes.delete(handle);
  }
}
