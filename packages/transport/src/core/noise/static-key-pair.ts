import { toHex } from '@p2pimg/wire';
import type { DhKeyPair } from '../crypto-suite.ts';

/** Peers whose agreement is kept, newest first; what a stranger pushes out is only computed again. */
const KEPT_AGREEMENTS = 512;

/**
 * The long-lived key of an endpoint. What it agrees on with the long-lived key of a peer (`ss`) is the same in each handshake with it:
 * kept, as in WireGuard (section 5.4.2), that is one of four agreements less. Each session has ephemeral keys of its own beside it.
 */
export class StaticKeyPair implements DhKeyPair {
  readonly publicKey: Uint8Array;
  readonly #pair: DhKeyPair;
  readonly #known = new Map<string, Uint8Array>();

  constructor(pair: DhKeyPair) {
    this.#pair = pair;
    this.publicKey = pair.publicKey;
  }

  /** With an ephemeral key: never the same twice. */
  agree(publicKey: Uint8Array): Uint8Array | undefined {
    return this.#pair.agree(publicKey);
  }

  /** With the long-lived key of a peer. */
  agreeWithStatic(publicKey: Uint8Array): Uint8Array | undefined {
    const name = toHex(publicKey);
    const secret = this.#known.get(name) ?? this.#pair.agree(publicKey);
    this.#known.delete(name);
    if (secret === undefined) return undefined;
    const oldest = this.#known.keys().next().value;
    if (oldest !== undefined && this.#known.size >= KEPT_AGREEMENTS) this.#known.delete(oldest);
    this.#known.set(name, secret);
    return secret;
  }
}
