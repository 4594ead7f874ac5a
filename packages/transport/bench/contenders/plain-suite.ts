import type { Aead, CryptoSuite } from '../../src/core/crypto-suite.ts';
import { nodeCryptoSuite } from '../../src/index.ts';

const TAG_BYTES = 16;

/** Sealed is what was there, and a tag of zeros; of handshakes as well. */
const plainAead: Aead = {
  seal(_nonce, _aad, plaintext) {
    const sealed = new Uint8Array(plaintext.length + TAG_BYTES);
    sealed.set(plaintext);
    return sealed;
  },
  sealInto(_nonce, _aad, plaintext, out, at) {
    out.set(plaintext, at);
    out.fill(0, at + plaintext.length, at + plaintext.length + TAG_BYTES);
  },
  open: (_nonce, _aad, ciphertext) => ciphertext.slice(),
  openInto(_nonce, _aad, ciphertext, _tag, out, at) {
    out.set(ciphertext, at);
    return true;
  },
  sealPacket(_nonce, b, at, aadBytes, length) {
    const tagAt = at + aadBytes + length;
    b.fill(0, tagAt, tagAt + TAG_BYTES);
  },
  openPacket(_nonce, b, at, aadBytes, length, out) {
    out.set(b.subarray(at + aadBytes, at + aadBytes + length));
    return true;
  },
};

/** For comparison with what does not encrypt. Never in `src`: nothing that it sends or takes is secret, or proven. */
export const plainSuite: CryptoSuite = { ...nodeCryptoSuite, aead: () => plainAead };
