/**
 * A statement that replaces a client's keys, 296 bytes, big-endian:
 *
 *     0  format u8 = 1          24  cloud id 16             168  signature 64 by the old or the recovery key
 *     1  signer u8               40  old sign key 32         232  signature 64 by the new sign key
 *     2  reserved 6 = 0          72  old box key 32
 *     8  client id u64          104  new sign key 32
 *    16  issued at u64 ms       136  new box key 32
 *
 * Both signatures cover bytes 0 … 167 in a context of their own; the second proves possession of the new key.
 * The old keys are named, so a statement works once, as long as retired keys never become current again.
 */

import { equalBytes, fromHex, toHex } from '@p2pimg/wire';
import { inContext } from './context.ts';
import { IdentityError } from './errors.ts';
import type { PublicKeys } from './keys.ts';
import type { CryptoSuite } from './suite.ts';

export const ROTATION_BYTES = 296;
const SIGNED_BYTES = 168;
const FORMAT = 1;
const BY_AUTHORITY = 'p2pimg rotation v1';
const BY_NEW_KEY = 'p2pimg rotation v1 new key';

export type RotationSigner = 'old' | 'recovery';
const SIGNERS: readonly RotationSigner[] = ['old', 'recovery'];

export interface Rotation {
  readonly signer: RotationSigner;
  readonly clientId: number;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  /** 32 hexadecimal digits. */
  readonly cloudId: string;
  readonly from: PublicKeys;
  readonly to: PublicKeys;
}

/** Not 296 bytes of format 1. */
export class MalformedRotationError extends IdentityError {
  override readonly name: string = 'MalformedRotationError';
}

/** The statement is about another client, another cloud, or keys that are not the current ones. */
export class RotationMismatchError extends IdentityError {
  override readonly name: string = 'RotationMismatchError';
}

/** Neither the old nor the recovery key made the statement, or the new key did not agree to it. */
export class RotationSignatureError extends IdentityError {
  override readonly name: string = 'RotationSignatureError';
}

/** @param authority private half of the old sign key or of the recovery key, as `rotation.signer` says. */
export function signRotation(
  suite: CryptoSuite,
  rotation: Rotation,
  authority: Uint8Array,
  newSignPrivateKey: Uint8Array,
): Uint8Array {
  const bytes = new Uint8Array(ROTATION_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, FORMAT);
  view.setUint8(1, SIGNERS.indexOf(rotation.signer));
  view.setBigUint64(8, BigInt(rotation.clientId));
  view.setBigUint64(16, BigInt(rotation.issuedAt));
  bytes.set(fromHex(rotation.cloudId), 24);
  bytes.set(rotation.from.signKey, 40);
  bytes.set(rotation.from.boxKey, 72);
  bytes.set(rotation.to.signKey, 104);
  bytes.set(rotation.to.boxKey, 136);
  const signed = bytes.subarray(0, SIGNED_BYTES);
  bytes.set(suite.ed25519Sign(authority, inContext(BY_AUTHORITY, signed)), 168);
  bytes.set(suite.ed25519Sign(newSignPrivateKey, inContext(BY_NEW_KEY, signed)), 232);
  return bytes;
}

/** What the verifier knows of the client. */
export interface RotationSubject {
  readonly cloudId: string;
  readonly clientId: number;
  readonly current: PublicKeys;
  readonly recoveryKey: Uint8Array | undefined;
}

/** @throws MalformedRotationError, RotationMismatchError, RotationSignatureError */
export function verifyRotation(suite: CryptoSuite, bytes: Uint8Array, subject: RotationSubject): Rotation {
  const rotation = decodeRotation(bytes);
  const { from, to } = rotation;
  if (rotation.cloudId !== subject.cloudId) throw new RotationMismatchError('the statement is for another cloud');
  if (rotation.clientId !== subject.clientId) throw new RotationMismatchError('the statement is for another client');
  if (!sameKeys(from, subject.current))
    throw new RotationMismatchError('the statement replaces keys that are not current');
  if (equalBytes(from.signKey, to.signKey) || equalBytes(from.boxKey, to.boxKey)) {
    throw new RotationMismatchError('the statement keeps an old key');
  }
  const authority = rotation.signer === 'old' ? from.signKey : subject.recoveryKey;
  if (authority === undefined) throw new RotationSignatureError('this client has no recovery key');
  const signed = bytes.subarray(0, SIGNED_BYTES);
  if (!suite.ed25519Verify(authority, inContext(BY_AUTHORITY, signed), bytes.subarray(168, 232))) {
    throw new RotationSignatureError('the statement is not signed by the old or the recovery key');
  }
  if (!suite.ed25519Verify(to.signKey, inContext(BY_NEW_KEY, signed), bytes.subarray(232))) {
    throw new RotationSignatureError('the statement is not signed by the new key');
  }
  return rotation;
}

/** Reads a statement without believing it: for whom it is. For anything else use {@link verifyRotation}. @throws MalformedRotationError */
export function decodeRotation(bytes: Uint8Array): Rotation {
  if (bytes.length !== ROTATION_BYTES)
    throw new MalformedRotationError(`a rotation statement has ${ROTATION_BYTES} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint8(0) !== FORMAT) throw new MalformedRotationError('the rotation statement has another format');
  const signer = SIGNERS[view.getUint8(1)];
  if (signer === undefined) throw new MalformedRotationError('the rotation statement names an unknown signer');
  if (bytes.subarray(2, 8).some((byte) => byte !== 0)) throw new MalformedRotationError('reserved bytes are not zero');
  const clientId = Number(view.getBigUint64(8));
  const issuedAt = Number(view.getBigUint64(16));
  if (!Number.isSafeInteger(clientId) || clientId < 1)
    throw new MalformedRotationError('the client id is out of range');
  if (!Number.isSafeInteger(issuedAt)) throw new MalformedRotationError('the time is out of range');
  return {
    signer,
    clientId,
    issuedAt,
    cloudId: toHex(bytes.subarray(24, 40)),
    from: { signKey: bytes.slice(40, 72), boxKey: bytes.slice(72, 104) },
    to: { signKey: bytes.slice(104, 136), boxKey: bytes.slice(136, 168) },
  };
}

function sameKeys(a: PublicKeys, b: PublicKeys): boolean {
  return equalBytes(a.signKey, b.signKey) && equalBytes(a.boxKey, b.boxKey);
}
