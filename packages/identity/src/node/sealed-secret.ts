/**
 * Secrets as JSON, plain or under a passphrase (argon2id, RFC 9106; AES-256-GCM). A checksum tells damage from a wrong passphrase;
 * the cipher binds everything else in the file.
 */

import { argon2, createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { fromBase64Url, fromHex, toBase64Url, utf8Decode, utf8Encode } from '@p2pimg/wire';
import { z } from 'zod';
import {
  PassphraseLengthError,
  PassphraseNeededError,
  SecretCorruptError,
  SecretKindError,
  WrongPassphraseError,
} from '../core/secrets/errors.ts';
import type { SecretKind } from '../core/secrets/payload.ts';

const FORMAT = 'p2pimg-secret';
const VERSION = 1;
export const MAX_SECRET_BYTES: number = 16 * 1024;
const MIN_PASSPHRASE = 8;
const MAX_PASSPHRASE = 1024;
/** RFC 9106 §4, second recommended option. */
const ARGON2 = { memoryKiB: 64 * 1024, passes: 3, parallelism: 4 } as const;
const TAG_BYTES = 16;

const deriveKey = promisify(argon2);

const hex = (bytes: number): z.ZodString => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
// Upper limits, so that a file from elsewhere cannot take all memory or an hour.
const protectionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('none') }),
  z.strictObject({
    kind: z.literal('argon2id'),
    memoryKiB: z
      .int()
      .min(8 * 1024)
      .max(1024 * 1024),
    passes: z.int().min(1).max(16),
    parallelism: z.int().min(1).max(16),
    salt: hex(16),
    nonce: hex(12),
  }),
]);
const fileSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  kind: z.enum(['client', 'server', 'root', 'recovery']),
  protection: protectionSchema,
  secret: z.string().max(MAX_SECRET_BYTES),
  checksum: hex(8),
});

type Protection = z.infer<typeof protectionSchema>;

/** @throws PassphraseLengthError */
export async function sealSecret(kind: SecretKind, payload: Uint8Array, passphrase?: string): Promise<Uint8Array> {
  const protection: Protection =
    passphrase === undefined
      ? { kind: 'none' }
      : { kind: 'argon2id', ...ARGON2, salt: randomBytes(16).toString('hex'), nonce: randomBytes(12).toString('hex') };
  const secret = toBase64Url(
    protection.kind === 'none' ? payload : await encrypt(kind, protection, payload, newPassphrase(passphrase ?? '')),
  );
  const file = {
    format: FORMAT,
    version: VERSION,
    kind,
    protection,
    secret,
    checksum: checksum(kind, protection, secret),
  };
  return utf8Encode(`${JSON.stringify(file, undefined, 2)}\n`);
}

/** @throws SecretCorruptError, SecretKindError, PassphraseNeededError, WrongPassphraseError */
export async function openSecret(kind: SecretKind, bytes: Uint8Array, passphrase?: string): Promise<Uint8Array> {
  const file = parse(bytes);
  if (file.checksum !== checksum(file.kind, file.protection, file.secret)) {
    throw new SecretCorruptError('the secret file is damaged: its checksum is wrong');
  }
  if (file.kind !== kind)
    throw new SecretKindError(`a secret of kind ${kind} is wanted, and this is one of kind ${file.kind}`);
  const secret = secretBytes(file.secret);
  if (file.protection.kind === 'none') return secret;
  if (passphrase === undefined) throw new PassphraseNeededError('the secret is protected by a passphrase');
  return decrypt(kind, file.protection, secret, passphrase);
}

type Argon2Protection = Extract<Protection, { kind: 'argon2id' }>;

async function encrypt(
  kind: SecretKind,
  protection: Argon2Protection,
  payload: Uint8Array,
  passphrase: string,
): Promise<Uint8Array> {
  const cipher = createCipheriv('aes-256-gcm', await keyFrom(protection, passphrase), fromHex(protection.nonce));
  cipher.setAAD(header(kind, protection));
  return Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()]);
}

async function decrypt(
  kind: SecretKind,
  protection: Argon2Protection,
  secret: Uint8Array,
  passphrase: string,
): Promise<Uint8Array> {
  const cut = secret.length - TAG_BYTES;
  if (cut < 0) throw new SecretCorruptError('the secret is too short');
  const cipher = createDecipheriv('aes-256-gcm', await keyFrom(protection, passphrase), fromHex(protection.nonce), {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(header(kind, protection));
  cipher.setAuthTag(secret.subarray(cut));
  try {
    return Buffer.concat([cipher.update(secret.subarray(0, cut)), cipher.final()]);
  } catch {
    // The checksum was right, so the file is as it was written: only the passphrase is left.
    throw new WrongPassphraseError('the passphrase is wrong');
  }
}

function keyFrom(protection: Argon2Protection, passphrase: string): Promise<Uint8Array> {
  return deriveKey('argon2id', {
    // The same characters typed on another keyboard must give the same bytes.
    message: passphrase.normalize('NFKC'),
    nonce: fromHex(protection.salt),
    memory: protection.memoryKiB,
    passes: protection.passes,
    parallelism: protection.parallelism,
    tagLength: 32,
  });
}

function newPassphrase(passphrase: string): string {
  if (passphrase.length < MIN_PASSPHRASE || passphrase.length > MAX_PASSPHRASE) {
    throw new PassphraseLengthError(`a passphrase has ${MIN_PASSPHRASE} to ${MAX_PASSPHRASE} characters`);
  }
  return passphrase;
}

function parse(bytes: Uint8Array): z.infer<typeof fileSchema> {
  if (bytes.length > MAX_SECRET_BYTES) throw new SecretCorruptError('the file is too long for a secret');
  try {
    return fileSchema.parse(JSON.parse(utf8Decode(bytes)));
  } catch {
    // The reason could quote a private key, so it is dropped.
    throw new SecretCorruptError('not a secret file of this program, or damaged');
  }
}

function secretBytes(text: string): Uint8Array {
  try {
    return fromBase64Url(text);
  } catch {
    throw new SecretCorruptError('the secret is not base64url');
  }
}

function header(kind: SecretKind, protection: Protection): Uint8Array {
  return utf8Encode(JSON.stringify([FORMAT, VERSION, kind, protection]));
}

function checksum(kind: SecretKind, protection: Protection, secret: string): string {
  return createHash('sha256').update(header(kind, protection)).update(secret).digest('hex').slice(0, 16);
}
