/** The manifest's payload: what a cloud is made of. */

import { fromHex, MAX_SERVERS, utf8Decode } from '@p2pimg/wire';
import { z } from 'zod';
import type { ClusterKey } from '../cluster-key.ts';
import type { PublicKeys } from '../keys.ts';
import { MalformedManifestError } from './errors.ts';

export const MANIFEST_FORMAT = 1;
/** UDP ports of a server unless its entry says otherwise. */
export const DEFAULT_CLIENT_PORT = 8081;
export const DEFAULT_PEER_PORT = 8085;
export const MAX_CLUSTER_KEYS = 8;
/** Of the payload; a signed manifest adds a third for base64 and 300 for key and signature. */
export const MAX_PAYLOAD_BYTES: number = 48 * 1024;

export type RegistrationPolicy = 'open' | 'token' | 'closed';

export interface ManifestServer extends PublicKeys {
  /** `[a-z0-9][a-z0-9-]{0,31}` */
  readonly id: string;
  /** An IP literal, which UDP uses as it is, or a DNS name. */
  readonly host: string;
  /** UDP port for clients. */
  readonly clientPort: number;
  /** UDP port for the other servers. */
  readonly peerPort: number;
}

export interface Manifest {
  /** 16 bytes, as 32 hexadecimal digits. */
  readonly cloudId: string;
  /** Rises with every change. */
  readonly serial: number;
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
  /** Up to 100, with distinct ids and keys. */
  readonly servers: readonly ManifestServer[];
  /** 1 … 8, the current one first; the others still open old grants. */
  readonly clusterKeys: readonly ClusterKey[];
  readonly registration: RegistrationPolicy;
}

const DNS_NAME = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

const hexBytes = (length: number): z.ZodType<Uint8Array> =>
  z
    .string()
    .regex(new RegExp(`^[0-9a-f]{${2 * length}}$`))
    .transform(fromHex);
const port = z.int().min(1).max(65_535);
const time = z.int().min(0);

/** Whether a list has no two equal values. */
const distinct = (values: readonly string[]): boolean => new Set(values).size === values.length;

const serverSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  host: z.union([z.ipv4(), z.ipv6(), z.string().regex(DNS_NAME)]),
  clientPort: port.default(DEFAULT_CLIENT_PORT),
  peerPort: port.default(DEFAULT_PEER_PORT),
  boxKey: hexBytes(32),
  signKey: hexBytes(32),
});

const payloadSchema = z
  .strictObject({
    format: z.literal(MANIFEST_FORMAT),
    cloudId: z.string().regex(/^[0-9a-f]{32}$/),
    serial: z.int().min(1),
    issuedAt: time,
    expiresAt: time,
    servers: z.array(serverSchema).max(MAX_SERVERS),
    clusterKeys: z
      .array(z.strictObject({ id: hexBytes(8), publicKey: hexBytes(32) }))
      .min(1)
      .max(MAX_CLUSTER_KEYS),
    registration: z.enum(['open', 'token', 'closed']),
  })
  .refine((m) => m.expiresAt > m.issuedAt, { path: ['expiresAt'], error: 'not after issuedAt' })
  .refine((m) => distinct(m.servers.map((s) => s.id)), { path: ['servers'], error: 'an id twice' })
  .refine((m) => distinct(m.servers.map((s) => String(s.boxKey))), { path: ['servers'], error: 'a box key twice' })
  .refine((m) => distinct(m.servers.map((s) => String(s.signKey))), { path: ['servers'], error: 'a sign key twice' })
  .refine((m) => distinct(m.clusterKeys.map((k) => String(k.id))), { path: ['clusterKeys'], error: 'an id twice' });

/** Reads a payload. @throws MalformedManifestError */
export function parseManifestPayload(bytes: Uint8Array): Manifest {
  if (bytes.length > MAX_PAYLOAD_BYTES) throw new MalformedManifestError('', `longer than ${MAX_PAYLOAD_BYTES} bytes`);
  const { format: _, ...manifest } = parseJson(payloadSchema, bytes);
  return manifest;
}

/** Reads JSON by a schema. @throws MalformedManifestError */
export function parseJson<T>(schema: z.ZodType<T>, bytes: Uint8Array): T {
  let value: unknown;
  try {
    value = JSON.parse(utf8Decode(bytes));
  } catch {
    throw new MalformedManifestError('', 'not JSON in UTF-8');
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // Unknown keys and values come from outside: only the place in our own schema is named.
  const problem = issue?.code === 'custom' ? issue.message : (issue?.code ?? 'invalid').replaceAll('_', ' ');
  throw new MalformedManifestError((issue?.path ?? []).join('.'), problem);
}
