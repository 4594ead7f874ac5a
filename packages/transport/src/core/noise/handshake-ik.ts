import type { CryptoSuite, DhKeyPair } from '../crypto-suite.ts';
import type { StaticKeyPair } from './static-key-pair.ts';
import { SymmetricState } from './symmetric-state.ts';

const KEY_BYTES = 32;
const SEALED_KEY_BYTES = 48;

/** The two transport secrets and the transcript hash of a finished handshake. */
export interface HandshakeSecrets {
  readonly initiatorToResponder: Uint8Array;
  readonly responderToInitiator: Uint8Array;
  readonly handshakeHash: Uint8Array;
}

export interface HandshakeParameters {
  readonly suite: CryptoSuite;
  readonly prologue: Uint8Array;
  readonly localStatic: StaticKeyPair;
  readonly ephemeral: DhKeyPair;
  /** Whether the pattern is IKpsk2. Its key is named when message 2 is written or read. */
  readonly preShared: boolean;
}

/** `-> e, es, s, ss` then `<- e, ee, se[, psk]` (Noise revision 34, sections 7.5 and 9). */
class HandshakeIk {
  protected readonly parameters: HandshakeParameters;
  protected state: SymmetricState;

  protected constructor(parameters: HandshakeParameters, responderStatic: Uint8Array) {
    this.parameters = parameters;
    this.state = new SymmetricState(
      parameters.suite,
      parameters.preShared ? 'Noise_IKpsk2_25519_AESGCM_BLAKE2s' : 'Noise_IK_25519_AESGCM_BLAKE2s',
    );
    this.state.mixHash(parameters.prologue);
    this.state.mixHash(responderStatic);
  }

  protected mixEphemeral(publicKey: Uint8Array): void {
    this.state.mixHash(publicKey);
    // Section 9.2: with a psk token somewhere in the pattern, each e is also mixed into the key.
    if (this.parameters.preShared) this.state.mixKey(publicKey);
  }

  /** Mixes a Diffie–Hellman output; false for a key of low order. */
  protected mixAgreement(own: DhKeyPair, theirs: Uint8Array): boolean {
    return this.#mixSecret(own.agree(theirs));
  }

  /** The same for `ss`. */
  protected mixStaticAgreement(theirs: Uint8Array): boolean {
    return this.#mixSecret(this.parameters.localStatic.agreeWithStatic(theirs));
  }

  protected mixPreSharedKey(key: Uint8Array | undefined): boolean {
    if (!this.parameters.preShared) return key === undefined;
    if (key === undefined) return false;
    this.state.mixKeyAndHash(key);
    return true;
  }

  protected secrets(): HandshakeSecrets {
    const [initiatorToResponder, responderToInitiator] = this.state.split();
    return { initiatorToResponder, responderToInitiator, handshakeHash: this.state.handshakeHash };
  }

  #mixSecret(secret: Uint8Array | undefined): boolean {
    if (secret === undefined) return false;
    this.state.mixKey(secret);
    return true;
  }
}

export class InitiatorHandshake extends HandshakeIk {
  readonly #remoteStatic: Uint8Array;

  constructor(parameters: HandshakeParameters, remoteStatic: Uint8Array) {
    super(parameters, remoteStatic);
    this.#remoteStatic = remoteStatic;
  }

  /** e ‖ sealed s ‖ sealed payload; undefined if the remote key is of low order. */
  writeMessage1(payload: Uint8Array): Uint8Array | undefined {
    const { localStatic, ephemeral } = this.parameters;
    this.mixEphemeral(ephemeral.publicKey);
    if (!this.mixAgreement(ephemeral, this.#remoteStatic)) return undefined;
    const sealedStatic = this.state.encryptAndHash(localStatic.publicKey);
    if (!this.mixStaticAgreement(this.#remoteStatic)) return undefined;
    const sealedPayload = this.state.encryptAndHash(payload);
    const message = new Uint8Array(KEY_BYTES + SEALED_KEY_BYTES + sealedPayload.length);
    message.set(ephemeral.publicKey, 0);
    message.set(sealedStatic, KEY_BYTES);
    message.set(sealedPayload, KEY_BYTES + SEALED_KEY_BYTES);
    return message;
  }

  /** The payload and secrets, or undefined if anything does not fit: a forged answer does not spoil the true one. */
  readMessage2(
    message: Uint8Array,
    preSharedKey: Uint8Array | undefined,
  ): { readonly payload: Uint8Array; readonly secrets: HandshakeSecrets } | undefined {
    const before = this.state.clone();
    const result = this.#tryMessage2(message, preSharedKey);
    if (result === undefined) this.state = before;
    return result;
  }

  #tryMessage2(
    message: Uint8Array,
    preSharedKey: Uint8Array | undefined,
  ): { readonly payload: Uint8Array; readonly secrets: HandshakeSecrets } | undefined {
    const { localStatic, ephemeral } = this.parameters;
    const remoteEphemeral = message.subarray(0, KEY_BYTES);
    if (remoteEphemeral.length < KEY_BYTES) return undefined;
    this.mixEphemeral(remoteEphemeral);
    if (!this.mixAgreement(ephemeral, remoteEphemeral)) return undefined;
    if (!this.mixAgreement(localStatic, remoteEphemeral)) return undefined;
    if (!this.mixPreSharedKey(preSharedKey)) return undefined;
    const payload = this.state.decryptAndHash(message.subarray(KEY_BYTES));
    return payload === undefined ? undefined : { payload, secrets: this.secrets() };
  }
}

export class ResponderHandshake extends HandshakeIk {
  #remoteEphemeral: Uint8Array | undefined;
  #remoteStatic: Uint8Array | undefined;

  constructor(parameters: HandshakeParameters) {
    super(parameters, parameters.localStatic.publicKey);
  }

  /** The initiator's static key and payload, or undefined if anything does not fit. */
  readMessage1(message: Uint8Array): { readonly remoteStatic: Uint8Array; readonly payload: Uint8Array } | undefined {
    const { localStatic } = this.parameters;
    const remoteEphemeral = message.slice(0, KEY_BYTES);
    if (message.length < KEY_BYTES + SEALED_KEY_BYTES) return undefined;
    this.mixEphemeral(remoteEphemeral);
    if (!this.mixAgreement(localStatic, remoteEphemeral)) return undefined;
    const remoteStatic = this.state.decryptAndHash(message.subarray(KEY_BYTES, KEY_BYTES + SEALED_KEY_BYTES));
    if (remoteStatic === undefined || !this.mixStaticAgreement(remoteStatic)) return undefined;
    const payload = this.state.decryptAndHash(message.subarray(KEY_BYTES + SEALED_KEY_BYTES));
    if (payload === undefined) return undefined;
    this.#remoteEphemeral = remoteEphemeral;
    this.#remoteStatic = remoteStatic;
    return { remoteStatic, payload };
  }

  /** e ‖ sealed payload, and the secrets. Call after a successful `readMessage1`. */
  writeMessage2(
    payload: Uint8Array,
    preSharedKey: Uint8Array | undefined,
  ): { readonly message: Uint8Array; readonly secrets: HandshakeSecrets } | undefined {
    const { ephemeral } = this.parameters;
    if (this.#remoteEphemeral === undefined || this.#remoteStatic === undefined) return undefined;
    this.mixEphemeral(ephemeral.publicKey);
    if (!this.mixAgreement(ephemeral, this.#remoteEphemeral)) return undefined;
    if (!this.mixAgreement(ephemeral, this.#remoteStatic)) return undefined;
    if (!this.mixPreSharedKey(preSharedKey)) return undefined;
    const sealedPayload = this.state.encryptAndHash(payload);
    const message = new Uint8Array(KEY_BYTES + sealedPayload.length);
    message.set(ephemeral.publicKey, 0);
    message.set(sealedPayload, KEY_BYTES);
    return { message, secrets: this.secrets() };
  }
}
