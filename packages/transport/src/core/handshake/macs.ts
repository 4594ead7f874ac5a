import { MAC_BYTES } from '@p2pimg/wire';
import type { CryptoSuite } from '../crypto-suite.ts';

const MAC1_LABEL: Uint8Array = Uint8Array.from('p2pimg mac1', (c) => c.charCodeAt(0));

/**
 * Makes and checks mac1: proof that the sender knows the receiver's public key. It costs one hash, and no other
 * work is done before it (WireGuard, section 5.4.4).
 */
export class Mac1 {
  readonly #suite: CryptoSuite;
  readonly #key: Uint8Array;

  constructor(suite: CryptoSuite, receiverPublicKey: Uint8Array) {
    this.#suite = suite;
    this.#key = suite.hash(MAC1_LABEL, receiverPublicKey);
  }

  /** Writes it at `at`, over all bytes before. */
  write(packet: Uint8Array, at: number): void {
    packet.set(this.#suite.hmac(this.#key, packet.subarray(0, at)).subarray(0, MAC_BYTES), at);
  }

  verify(packet: Uint8Array, at: number): boolean {
    const expected = this.#suite.hmac(this.#key, packet.subarray(0, at)).subarray(0, MAC_BYTES);
    return this.#suite.equal(expected, packet.subarray(at, at + MAC_BYTES));
  }
}
