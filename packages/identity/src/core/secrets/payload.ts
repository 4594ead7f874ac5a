/** What is inside secret files: JSON with private keys in hexadecimal. Public halves are derived, so they cannot disagree. */

import { fromHex, toHex, utf8Decode, utf8Encode } from '@p2pimg/wire';
import { z } from 'zod';
import { type ClusterKeyPair, clusterKeyId } from '../cluster-key.ts';
import {
  boxPairFrom,
  type ClientKeys,
  type KeyPair,
  MAX_RETIRED_BOXES,
  type ServerKeys,
  signPairFrom,
} from '../keys.ts';
import { MAX_CLUSTER_KEYS } from '../manifest/schema.ts';
import type { CryptoSuite } from '../suite.ts';
import { SecretCorruptError } from './errors.ts';

/** Pre-shared keys between servers: the current one, and the next during a change. */
export const MAX_PSKS = 2;

export type SecretKind = 'client' | 'server' | 'root' | 'recovery';

/** Everything that a server keeps secret. */
export interface ServerSecrets {
  /** The server's id in the manifest. */
  readonly serverId: string;
  readonly keys: ServerKeys;
  /** Shared by the servers of a cloud; 1 … 8, the current one first. */
  readonly clusterKeys: readonly ClusterKeyPair[];
  /** 32 bytes each, at most two, the one to send with first. */
  readonly psks: readonly Uint8Array[];
}

const key = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform(fromHex);
const clientSchema = z.strictObject({
  sign: key,
  box: key,
  recoveryKey: key.optional(),
  retiredBoxes: z.array(key).max(MAX_RETIRED_BOXES),
});
const serverSchema = z.strictObject({
  serverId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  sign: key,
  box: key,
  clusterKeys: z.array(key).min(1).max(MAX_CLUSTER_KEYS),
  psks: z.array(key).max(MAX_PSKS),
});
const signPairSchema = z.strictObject({ sign: key });

export function encodeClientKeys({ sign, box, recoveryKey, retiredBoxes }: ClientKeys): Uint8Array {
  return toJson({
    sign: toHex(sign.privateKey),
    box: toHex(box.privateKey),
    recoveryKey: recoveryKey && toHex(recoveryKey),
    retiredBoxes: retiredBoxes.map(({ privateKey }) => toHex(privateKey)),
  });
}

/** @throws SecretCorruptError */
export function decodeClientKeys(suite: CryptoSuite, bytes: Uint8Array): ClientKeys {
  const { sign, box, recoveryKey, retiredBoxes } = parse(clientSchema, bytes);
  return {
    sign: signPairFrom(suite, sign),
    box: boxPairFrom(suite, box),
    recoveryKey,
    retiredBoxes: retiredBoxes.map((retired) => boxPairFrom(suite, retired)),
  };
}

export function encodeServerSecrets({ serverId, keys, clusterKeys, psks }: ServerSecrets): Uint8Array {
  return toJson({
    serverId,
    sign: toHex(keys.sign.privateKey),
    box: toHex(keys.box.privateKey),
    clusterKeys: clusterKeys.map(({ privateKey }) => toHex(privateKey)),
    psks: psks.map(toHex),
  });
}

/** @throws SecretCorruptError */
export function decodeServerSecrets(suite: CryptoSuite, bytes: Uint8Array): ServerSecrets {
  const { serverId, sign, box, clusterKeys, psks } = parse(serverSchema, bytes);
  return {
    serverId,
    keys: { sign: signPairFrom(suite, sign), box: boxPairFrom(suite, box) },
    clusterKeys: clusterKeys.map((privateKey) => {
      const pair = boxPairFrom(suite, privateKey);
      return { id: clusterKeyId(suite, pair.publicKey), ...pair };
    }),
    psks,
  };
}

/** The root key, or a recovery key. */
export function encodeSignPair(pair: KeyPair): Uint8Array {
  return toJson({ sign: toHex(pair.privateKey) });
}

/** @throws SecretCorruptError */
export function decodeSignPair(suite: CryptoSuite, bytes: Uint8Array): KeyPair {
  return signPairFrom(suite, parse(signPairSchema, bytes).sign);
}

function toJson(value: object): Uint8Array {
  return utf8Encode(JSON.stringify(value));
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  try {
    return schema.parse(JSON.parse(utf8Decode(bytes)));
  } catch {
    // The reason could quote a private key, so it is dropped.
    throw new SecretCorruptError('the contents of the secret are not what they should be');
  }
}
