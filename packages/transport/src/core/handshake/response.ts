import {
  decodeInitPayload,
  encodeResponsePayload,
  HANDSHAKE_INIT_BYTES,
  HANDSHAKE_RESPONSE_BYTES,
  HandshakePattern,
  INIT,
  type InitPayload,
  PacketType,
  RESPONSE,
  type ResponsePayload,
  readInitHeader,
  writeReplyHeader,
} from '@p2pimg/wire';
import type { CryptoSuite, DhKeyPair } from '../crypto-suite.ts';
import { type HandshakeSecrets, ResponderHandshake } from '../noise/handshake-ik.ts';
import type { StaticKeyPair } from '../noise/static-key-pair.ts';
import { Mac1 } from './macs.ts';

/** A message 1 that was opened: who wants what. */
export interface OpenedInit {
  readonly remoteStatic: Uint8Array;
  readonly payload: InitPayload;
  readonly preShared: boolean;
  /** The initiator's connection id. */
  readonly remoteId: number;
  /** Message 2 for it, and the secrets; undefined if the pre-shared key does not suit the pattern. */
  respond(
    payload: ResponsePayload,
    preSharedKey: Uint8Array | undefined,
  ): { readonly packet: Uint8Array; readonly secrets: HandshakeSecrets } | undefined;
}

/** Opens message 1, whose size and mac1 were checked. Two Diffie–Hellman operations. */
export function openInit(
  packet: Uint8Array,
  suite: CryptoSuite,
  localStatic: StaticKeyPair,
  makeEphemeral: () => DhKeyPair,
): OpenedInit | undefined {
  const header = readInitHeader(packet);
  if (header === undefined || packet.length !== HANDSHAKE_INIT_BYTES) return undefined;
  const preShared = header.pattern === HandshakePattern.ikPsk2;
  const prologue = packet.slice(0, INIT.prologueEnd);
  let ephemeral: DhKeyPair | undefined;
  const noise = new ResponderHandshake({
    suite,
    prologue,
    localStatic,
    preShared,
    // Made only for those who are answered: it costs as much as opening message 1.
    get ephemeral() {
      ephemeral ??= makeEphemeral();
      return ephemeral;
    },
  });
  const message = noise.readMessage1(packet.subarray(INIT.noise, INIT.noiseEnd));
  const payload = message === undefined ? undefined : decodeInitPayload(message.payload);
  if (message === undefined || payload === undefined) return undefined;
  const { remoteStatic } = message;
  return {
    remoteStatic,
    payload,
    preShared,
    remoteId: header.connectionId,
    respond(answer, preSharedKey) {
      const written = noise.writeMessage2(encodeResponsePayload(answer), preSharedKey);
      if (written === undefined) return undefined;
      const response = new Uint8Array(HANDSHAKE_RESPONSE_BYTES);
      writeReplyHeader(response, PacketType.handshakeResponse, header.connectionId);
      response.set(written.message, RESPONSE.noise);
      new Mac1(suite, remoteStatic).write(response, RESPONSE.mac1);
      return { packet: response, secrets: written.secrets };
    },
  };
}
