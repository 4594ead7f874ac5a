import { randomFillSync } from 'node:crypto';

/** Ids and keys have 16 and 32 bytes. */
const BLOCK_BYTES = 4_096;

/**
 * Gives fresh random hexadecimal digits, for at most {@link BLOCK_BYTES} bytes at once. They come out of a block, because each call to the
 * system's generator costs as much as hundreds of bytes of it; what was given out is wiped there.
 */
export function randomDigits(): (bytes: number) => string {
  const block = Buffer.alloc(BLOCK_BYTES);
  let at = BLOCK_BYTES;
  return (bytes) => {
    if (at + bytes > BLOCK_BYTES) {
      randomFillSync(block);
      at = 0;
    }
    const end = at + bytes;
    const digits = block.toString('hex', at, end);
    block.fill(0, at, end);
    at = end;
    return digits;
  };
}
