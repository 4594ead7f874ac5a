import {
  COOKIE,
  COOKIE_REPLY_BYTES,
  INIT,
  MAC_BYTES,
  PacketType,
  readReplyHeader,
  readU32,
  TAG_BYTES,
  writeReplyHeader,
} from '@p2pimg/wire';
import type { Aead, CryptoSuite, RandomBytes } from '../crypto-suite.ts';
import type { Path } from '../path.ts';

/** `Uint8Array.from` takes ten times as long. */
function ascii(text: string): Uint8Array {
  const b = new Uint8Array(text.length);
  for (let i = 0; i < b.length; i++) b[i] = text.charCodeAt(i);
  return b;
}

const LABEL: Uint8Array = ascii('p2pimg cookie');
const NONCES_AT_ONCE = 256;
/** WireGuard's COOKIE_REFRESH_TIME. */
export const COOKIE_LIFE_MS = 120_000;

const mac = (suite: CryptoSuite, key: Uint8Array, ...parts: Uint8Array[]): Uint8Array =>
  suite.hmac(key, ...parts).subarray(0, MAC_BYTES);

/** The responder's half: cookies that cost no memory, bound to an address. Two secrets live at a time. */
export class CookieIssuer {
  readonly #suite: CryptoSuite;
  readonly #random: RandomBytes;
  readonly #seal: Aead;
  /** Nonces are drawn many at a time: under a flood, each call for randomness counts. */
  #nonces: Uint8Array = new Uint8Array(0);
  #nextNonce = 0;
  #secret: Uint8Array;
  #previous: Uint8Array;
  #changedAt = 0;

  constructor(suite: CryptoSuite, random: RandomBytes, publicKey: Uint8Array) {
    this.#suite = suite;
    this.#random = random;
    this.#seal = suite.aead(suite.hash(LABEL, publicKey));
    this.#secret = random(32);
    this.#previous = this.#secret;
  }

  /** Whether mac2 of an init proves that its sender receives at `path`. */
  verify(init: Uint8Array, path: Path, now: number): boolean {
    this.#refresh(now);
    const covered = init.subarray(0, INIT.mac2);
    const given = init.subarray(INIT.mac2, INIT.mac2 + MAC_BYTES);
    return [this.#secret, this.#previous].some((secret) =>
      this.#suite.equal(mac(this.#suite, this.#cookie(secret, path), covered), given),
    );
  }

  /** The answer to an init, which is longer. */
  reply(init: Uint8Array, path: Path, now: number): Uint8Array {
    this.#refresh(now);
    const packet = new Uint8Array(COOKIE_REPLY_BYTES);
    writeReplyHeader(packet, PacketType.cookieReply, readU32(init, 4));
    const nonce = this.#nonce();
    packet.set(nonce, COOKIE.nonce);
    const mac1 = init.subarray(INIT.mac1, INIT.mac1 + MAC_BYTES);
    packet.set(this.#seal.seal(nonce, mac1, this.#cookie(this.#secret, path)), COOKIE.sealed);
    return packet;
  }

  #nonce(): Uint8Array {
    if (this.#nextNonce >= this.#nonces.length) {
      this.#nonces = this.#random(NONCES_AT_ONCE * COOKIE.nonceBytes);
      this.#nextNonce = 0;
    }
    const from = this.#nextNonce;
    this.#nextNonce += COOKIE.nonceBytes;
    return this.#nonces.subarray(from, this.#nextNonce);
  }

  #cookie(secret: Uint8Array, path: Path): Uint8Array {
    return mac(this.#suite, secret, ascii(`${path.host} ${path.port}`));
  }

  #refresh(now: number): void {
    if (now - this.#changedAt < COOKIE_LIFE_MS) return;
    this.#previous = this.#secret;
    this.#secret = this.#random(32);
    this.#changedAt = now;
  }
}

/** The connection id that a cookie reply is for, or undefined. */
export function cookieReceiver(packet: Uint8Array): number | undefined {
  return packet.length === COOKIE_REPLY_BYTES ? readReplyHeader(packet) : undefined;
}

/** The initiator's half: the cookie in a reply to `init`, or undefined if the reply is not to it. */
export function openCookie(
  suite: CryptoSuite,
  packet: Uint8Array,
  init: Uint8Array,
  responderKey: Uint8Array,
): Uint8Array | undefined {
  const tagAt = COOKIE_REPLY_BYTES - TAG_BYTES;
  return suite
    .aead(suite.hash(LABEL, responderKey))
    .open(
      packet.subarray(COOKIE.nonce, COOKIE.nonce + COOKIE.nonceBytes),
      init.subarray(INIT.mac1, INIT.mac1 + MAC_BYTES),
      packet.subarray(COOKIE.sealed, tagAt),
      packet.subarray(tagAt),
    );
}

/** Writes mac2 over all before it. */
export function writeMac2(suite: CryptoSuite, init: Uint8Array, cookie: Uint8Array): void {
  init.set(mac(suite, cookie, init.subarray(0, INIT.mac2)), INIT.mac2);
}
