import { TOKEN_BYTES } from '@p2pimg/wire';
import type { CryptoSuite } from '../crypto-suite.ts';

const BLOCK_BYTES = 16;
/** To set up the cipher costs as much as the stream of some thousand tokens. */
const TOKENS_PER_CHUNK = 1_024;
const CHUNK_BYTES: number = TOKENS_PER_CHUNK * TOKEN_BYTES;
/** Chunks kept: 4,096 packet numbers around the current one, 32 KiB at most, made only when bulk flows. */
const KEPT_CHUNKS = 4;

/**
 * The data token of each packet number: eight bytes of an AES-CTR stream at 8 × the number.
 *
 * It proves only that the sender knows the session, so that junk costs no memory; records prove the content.
 */
export class TokenStream {
  readonly #suite: CryptoSuite;
  readonly #key: Uint8Array;
  readonly #chunks: (Uint8Array | undefined)[] = new Array(KEPT_CHUNKS).fill(undefined);
  readonly #numbers: number[] = new Array(KEPT_CHUNKS).fill(-1);

  constructor(suite: CryptoSuite, key: Uint8Array) {
    this.#suite = suite;
    this.#key = key;
  }

  write(packetNumber: number, out: Uint8Array, at: number): void {
    const chunk = this.#chunk(packetNumber);
    const from = (packetNumber % TOKENS_PER_CHUNK) * TOKEN_BYTES;
    for (let i = 0; i < TOKEN_BYTES; i++) out[at + i] = chunk[from + i]!;
  }

  /** Compares without an early exit. */
  matches(packetNumber: number, b: Uint8Array, at: number): boolean {
    const chunk = this.#chunk(packetNumber);
    const from = (packetNumber % TOKENS_PER_CHUNK) * TOKEN_BYTES;
    let difference = 0;
    for (let i = 0; i < TOKEN_BYTES; i++) difference |= chunk[from + i]! ^ b[at + i]!;
    return difference === 0;
  }

  #chunk(packetNumber: number): Uint8Array {
    const number = Math.floor(packetNumber / TOKENS_PER_CHUNK);
    const slot = number % KEPT_CHUNKS;
    const kept = this.#chunks[slot];
    if (kept !== undefined && this.#numbers[slot] === number) return kept;
    const chunk = this.#suite.keyStream(this.#key, (number * CHUNK_BYTES) / BLOCK_BYTES, CHUNK_BYTES);
    this.#chunks[slot] = chunk;
    this.#numbers[slot] = number;
    return chunk;
  }
}
