import type { Aead, CryptoSuite } from '../crypto-suite.ts';

const EMPTY = new Uint8Array(0);

/** SymmetricState with its CipherState of the Noise Protocol Framework, revision 34, section 5. Hash length 32. */
export class SymmetricState {
  readonly #suite: CryptoSuite;
  #chainingKey: Uint8Array;
  #hash: Uint8Array;
  #aead: Aead | undefined;
  #counter = 0;

  /** `protocolName` is at most 32 bytes of ASCII, or it is hashed. */
  constructor(suite: CryptoSuite, protocolName: string) {
    this.#suite = suite;
    const name = Uint8Array.from(protocolName, (c) => c.charCodeAt(0));
    if (name.length <= 32) {
      this.#hash = new Uint8Array(32);
      this.#hash.set(name);
    } else {
      this.#hash = suite.hash(name);
    }
    this.#chainingKey = this.#hash;
  }

  /** A copy that can be tried and thrown away. Keys are never shared between states that both encrypt. */
  clone(): SymmetricState {
    const copy = new SymmetricState(this.#suite, '');
    copy.#chainingKey = this.#chainingKey;
    copy.#hash = this.#hash;
    copy.#aead = this.#aead;
    copy.#counter = this.#counter;
    return copy;
  }

  /** The handshake hash h: binds whatever is derived later to the whole transcript. */
  get handshakeHash(): Uint8Array {
    return this.#hash;
  }

  mixHash(data: Uint8Array): void {
    this.#hash = this.#suite.hash(this.#hash, data);
  }

  mixKey(material: Uint8Array): void {
    const [chainingKey, key] = this.#hkdf(material, 2);
    this.#chainingKey = chainingKey!;
    this.#setKey(key!);
  }

  mixKeyAndHash(material: Uint8Array): void {
    const [chainingKey, hash, key] = this.#hkdf(material, 3);
    this.#chainingKey = chainingKey!;
    this.mixHash(hash!);
    this.#setKey(key!);
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    if (this.#aead === undefined) {
      this.mixHash(plaintext);
      return plaintext;
    }
    const sealed = this.#aead.seal(this.#nextNonce(), this.#hash, plaintext);
    this.mixHash(sealed);
    return sealed;
  }

  /** Undefined if the tag is wrong; the state is then of no further use. */
  decryptAndHash(sealed: Uint8Array): Uint8Array | undefined {
    if (this.#aead === undefined) {
      this.mixHash(sealed);
      return sealed;
    }
    const cut = sealed.length - 16;
    if (cut < 0) return undefined;
    const plaintext = this.#aead.open(this.#nextNonce(), this.#hash, sealed.subarray(0, cut), sealed.subarray(cut));
    this.mixHash(sealed);
    return plaintext;
  }

  /** The two transport secrets: first initiator → responder, then responder → initiator. */
  split(): readonly [Uint8Array, Uint8Array] {
    const [first, second] = this.#hkdf(EMPTY, 2);
    return [first!, second!];
  }

  #setKey(key: Uint8Array): void {
    this.#aead = this.#suite.aead(key);
    this.#counter = 0;
  }

  /** AESGCM of Noise section 12.4: 4 zero bytes, then the counter as 64 bits big-endian. */
  #nextNonce(): Uint8Array {
    const nonce = new Uint8Array(12);
    nonce[11] = this.#counter++;
    return nonce;
  }

  #hkdf(material: Uint8Array, outputs: 2 | 3): Uint8Array[] {
    const temp = this.#suite.hmac(this.#chainingKey, material);
    const result: Uint8Array[] = [];
    let previous: Uint8Array = EMPTY;
    for (let i = 1; i <= outputs; i++) {
      previous = this.#suite.hmac(temp, previous, Uint8Array.of(i));
      result.push(previous);
    }
    return result;
  }
}
