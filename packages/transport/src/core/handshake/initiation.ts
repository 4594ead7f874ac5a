import {
  decodeResponsePayload,
  encodeInitPayload,
  HANDSHAKE_INIT_BYTES,
  HANDSHAKE_RESPONSE_BYTES,
  HandshakePattern,
  INIT,
  type InitPayload,
  RESPONSE,
  type ResponsePayload,
  readReplyHeader,
  writeInitHeader,
} from '@p2pimg/wire';
import type { CryptoSuite, DhKeyPair } from '../crypto-suite.ts';
import { type HandshakeSecrets, InitiatorHandshake } from '../noise/handshake-ik.ts';
import type { StaticKeyPair } from '../noise/static-key-pair.ts';
import { writeMac2 } from './cookies.ts';
import { Mac1 } from './macs.ts';

export interface InitiationParameters {
  readonly suite: CryptoSuite;
  readonly localStatic: StaticKeyPair;
  readonly ephemeral: DhKeyPair;
  readonly remoteStatic: Uint8Array;
  readonly preSharedKey: Uint8Array | undefined;
  readonly connectionId: number;
  readonly payload: InitPayload;
  /** Of an earlier reply of this responder, for mac2. */
  readonly cookie: Uint8Array | undefined;
}

/** One attempt to open a session: message 1, and what is needed to read the answer. */
export class Initiation {
  readonly packet: Uint8Array;
  readonly #noise: InitiatorHandshake;
  readonly #preSharedKey: Uint8Array | undefined;

  private constructor(packet: Uint8Array, noise: InitiatorHandshake, preSharedKey: Uint8Array | undefined) {
    this.packet = packet;
    this.#noise = noise;
    this.#preSharedKey = preSharedKey;
  }

  /** Undefined if the remote key is no usable key. */
  static create(parameters: InitiationParameters): Initiation | undefined {
    const { suite, remoteStatic, preSharedKey } = parameters;
    const packet = new Uint8Array(HANDSHAKE_INIT_BYTES);
    const pattern = preSharedKey === undefined ? HandshakePattern.ik : HandshakePattern.ikPsk2;
    writeInitHeader(packet, pattern, parameters.connectionId);
    const noise = new InitiatorHandshake(
      {
        suite,
        prologue: packet.slice(0, INIT.prologueEnd),
        localStatic: parameters.localStatic,
        ephemeral: parameters.ephemeral,
        preShared: preSharedKey !== undefined,
      },
      remoteStatic,
    );
    const message = noise.writeMessage1(encodeInitPayload(parameters.payload));
    if (message === undefined) return undefined;
    packet.set(message, INIT.noise);
    new Mac1(suite, remoteStatic).write(packet, INIT.mac1);
    if (parameters.cookie !== undefined) writeMac2(suite, packet, parameters.cookie);
    return new Initiation(packet, noise, preSharedKey);
  }

  /** Reads a response whose mac1 is right; undefined if it does not belong to this attempt. */
  read(packet: Uint8Array): { readonly payload: ResponsePayload; readonly secrets: HandshakeSecrets } | undefined {
    const result = this.#noise.readMessage2(packet.subarray(RESPONSE.noise, RESPONSE.noiseEnd), this.#preSharedKey);
    const payload = result === undefined ? undefined : decodeResponsePayload(result.payload);
    return result === undefined || payload === undefined ? undefined : { payload, secrets: result.secrets };
  }
}

/** The connection id that a response is for; undefined if its size, header or mac1 is wrong, or mac2 is set. */
export function responseReceiver(packet: Uint8Array, mac1: Mac1): number | undefined {
  if (packet.length !== HANDSHAKE_RESPONSE_BYTES) return undefined;
  const receiver = readReplyHeader(packet);
  if (receiver === undefined || !mac1.verify(packet, RESPONSE.mac1)) return undefined;
  return packet.subarray(RESPONSE.mac2).every((byte) => byte === 0) ? receiver : undefined;
}
