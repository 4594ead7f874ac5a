import type { Aead, CryptoSuite } from '../crypto-suite.ts';
import { TokenStream } from './token-stream.ts';

const CONTROL = 1;
const BULK = 2;
const TOKEN = 3;

/** Of each kind; a peer may name all 65,536 lanes, and a key that was forgotten is made again. */
export const KEPT_LANE_KEYS = 64;

/** The keys of one direction: one for control and one for bulk per lane, one for tokens; each made when first used. */
class DirectionKeys {
  readonly #suite: CryptoSuite;
  readonly #secret: Uint8Array;
  readonly #control = new Map<number, Aead>();
  readonly #bulk = new Map<number, Aead>();
  #tokens: TokenStream | undefined;

  constructor(suite: CryptoSuite, secret: Uint8Array) {
    this.#suite = suite;
    this.#secret = secret;
  }

  control(lane: number): Aead {
    return this.#aead(this.#control, CONTROL, lane);
  }

  bulk(lane: number): Aead {
    return this.#aead(this.#bulk, BULK, lane);
  }

  get tokens(): TokenStream {
    this.#tokens ??= new TokenStream(this.#suite, this.#derive(TOKEN, 0));
    return this.#tokens;
  }

  forget(lane: number): void {
    this.#control.delete(lane);
    this.#bulk.delete(lane);
  }

  #aead(keys: Map<number, Aead>, kind: number, lane: number): Aead {
    let aead = keys.get(lane);
    if (aead === undefined) {
      const oldest = keys.keys().next().value;
      if (oldest !== undefined && keys.size >= KEPT_LANE_KEYS) keys.delete(oldest);
      aead = this.#suite.aead(this.#derive(kind, lane));
      keys.set(lane, aead);
    }
    return aead;
  }

  /** HKDF-Expand of one block (RFC 5869): the secret is already a uniform key. */
  #derive(kind: number, lane: number): Uint8Array {
    return this.#suite.hmac(this.#secret, Uint8Array.of(kind, lane >>> 8, lane & 0xff, 1));
  }
}

/** All keys that one handshake gave. `number` is the epoch's, modulo 256, as in packet headers. */
export class EpochKeys {
  readonly number: number;
  readonly madeAt: number;
  readonly send: DirectionKeys;
  readonly receive: DirectionKeys;

  constructor(suite: CryptoSuite, number: number, secrets: { send: Uint8Array; receive: Uint8Array }, now: number) {
    this.number = number;
    this.madeAt = now;
    this.send = new DirectionKeys(suite, secrets.send);
    this.receive = new DirectionKeys(suite, secrets.receive);
  }

  forgetLane(lane: number): void {
    this.send.forget(lane);
    this.receive.forget(lane);
  }
}
