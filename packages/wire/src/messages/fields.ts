/** Fields that several messages share. */

import { z } from 'zod';
import { fromBase64Url } from '../bytes.ts';
import { MAX_GRANT_BYTES, MAX_SERVERS, MAX_VIEWS } from '../limits.ts';
import { isImageId } from '../names.ts';

/** An IP literal and a UDP port. */
export interface WireAddress {
  readonly host: string;
  readonly port: number;
}

/** Why a request was not done. `code` is stable; `message` is for people and is printed only through `printable`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number | undefined;
}

const hexPattern = (bytes: number): RegExp => new RegExp(`^[0-9a-f]{${2 * bytes}}$`);

// Request ids, digests and server ids are also read by hand: whoever changes their form changes `CanonicalReader` (hex, name) as well.
export const SERVER_ID_PATTERN: RegExp = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const MAX_IMAGE_ID_LENGTH = 400;
export const MAX_U32 = 0xffff_ffff;

const hex = (bytes: number): z.ZodType<string> => z.string().regex(hexPattern(bytes));

export const requestId: z.ZodType<string> = hex(16);
export const key32: z.ZodType<string> = hex(32);
export const digest32: z.ZodType<string> = hex(32);
export const signature64: z.ZodType<string> = hex(64);
export const grantId: z.ZodType<string> = hex(16);
export const clientId: z.ZodType<number> = z.int().min(1);
export const serverId: z.ZodType<string> = z.string().regex(SERVER_ID_PATTERN);
export const servers: z.ZodType<readonly string[]> = z.array(serverId).max(MAX_SERVERS);
export const u32: z.ZodType<number> = z.int().min(0).max(MAX_U32);
export const time: z.ZodType<number> = z.int().min(0);
export const views: z.ZodType<number> = z.int().min(1).max(MAX_VIEWS);
export const port: z.ZodType<number> = z.int().min(1).max(65_535);
export const imageIdField: z.ZodType<string> = z.string().max(MAX_IMAGE_ID_LENGTH).refine(isImageId, 'not an image id');
export const mime: z.ZodType<string> = z.enum(['image/png', 'image/jpeg']);
export const visibility: z.ZodType<'everyone' | 'contacts' | 'nobody'> = z.enum(['everyone', 'contacts', 'nobody']);
export const address: z.ZodType<WireAddress> = z.strictObject({ host: z.union([z.ipv4(), z.ipv6()]), port });

/** Bytes as base64url, at most `limit` of them once decoded. */
export const blob = (limit: number): z.ZodType<string> =>
  z
    .string()
    .max(Math.ceil((limit * 4) / 3))
    .refine((text) => {
      try {
        return fromBase64Url(text).length <= limit;
      } catch {
        return false; // not base64url: the refinement's own message says so
      }
    }, 'not base64url');

export const grantBlob: z.ZodType<string> = blob(MAX_GRANT_BYTES);

export const errorCode: z.ZodType<string> = z.string().regex(/^[a-z][a-z0-9_]{0,47}$/);

export const failure: z.ZodType<Failure> = z.strictObject({
  code: errorCode,
  message: z.string().max(500),
  retryAfterMs: z.int().min(0).max(3_600_000).optional(),
});
