/** Requests of clients to the cloud, and what the acknowledgement of each carries. */

import { z } from 'zod';
import { MAX_HIDDEN_FILE_BYTES, MAX_PUBLISHED_TOGETHER } from '../limits.ts';
import type { WireAddress } from './fields.ts';
import * as f from './fields.ts';

/** Bodies by request type. Keys and digests are lower-case hexadecimal, grants base64url. */
export interface RequestBodies {
  readonly register: {
    readonly signKey: string;
    readonly boxKey: string;
    readonly recoveryKey?: string | undefined;
    /** Ed25519 signature that proves possession of `signKey` and names this cloud, both keys and the request id. */
    readonly proof: string;
    /** Where the cloud's registration policy is `token`. */
    readonly token?: string | undefined;
  };
  readonly rotate_keys: {
    readonly signKey: string;
    readonly boxKey: string;
    /** A rotation statement signed by the old or the recovery key, base64url. */
    readonly statement: string;
  };
  readonly sign_in: {
    /** Durable client counter: only a higher one than ever before is accepted. */
    readonly counter: number;
    /** Where peers reach the client's parent port; the host that the servers see when it is left out. */
    readonly host?: string | undefined;
    readonly port: number;
    readonly visibility: 'everyone' | 'contacts' | 'nobody';
  };
  readonly renew: { readonly counter: number };
  readonly shutdown: { readonly counter: number };
  readonly active_users: { readonly after?: number | undefined; readonly limit: number };
  readonly list_images: {
    readonly clientId: number;
    readonly afterImageId?: string | undefined;
    readonly limit: number;
  };
  /** One client, by its number or by the key of its sessions. */
  readonly lookup: { readonly clientId: number } | { readonly boxKey: string };
  /**
   * All servers get the request; the content key and the picture go to the handler alone, as an `upload` transfer under the
   * request's id. The stego picture comes back as `result`.
   */
  readonly encode: {
    readonly imageId: string;
    readonly bytes: number;
    /** SHA-256 of the picture. */
    readonly digest: string;
    readonly mime: string;
    /** A cover by name; the server's default when left out. */
    readonly cover?: string | undefined;
  };
  /** Makes images known, all of them or none. */
  readonly publish: {
    readonly images: readonly {
      readonly imageId: string /** SHA-256 of the level-1 stego picture. */;
      readonly digest: string;
    }[];
  };
  readonly unpublish: { readonly imageId: string };
  /** Publishes a grant: the rights of one viewer on one image. */
  readonly 'change-view': { readonly imageId: string; readonly viewerId: number; readonly grant: string };
  /** Reads the newest grant that the asker has given one viewer on an own image. */
  readonly granted: { readonly imageId: string; readonly viewerId: number };
  readonly leave_notice: {
    readonly to: number;
    /** The id of the request that is refused. */
    readonly noticeId: string;
    readonly kind: 'image_rejected' | 'increase_rejected';
    readonly imageId: string;
  };
  /** Reads what waits for this client. */
  readonly grants: { readonly limit: number };
  readonly acknowledge: {
    readonly grants: readonly { readonly grantId: string; readonly version: number }[];
    readonly notices: readonly string[];
  };
  readonly release_view: {
    readonly imageId: string;
    readonly grant: string;
    /** Views that the viewer's ledger counts. */
    readonly used: number;
    /** X25519 public half made for this view. */
    readonly nonce: string;
    /** 1, or n for an offline debit. */
    readonly views: number;
  };
}

export type RequestType = keyof RequestBodies;

export interface ListedUser {
  readonly clientId: number;
  readonly address: WireAddress;
  readonly signKey: string;
  readonly boxKey: string;
  readonly images: readonly string[];
  readonly moreImages: boolean;
}

export interface PendingGrant {
  readonly imageId: string;
  readonly ownerId: number;
  readonly version: number;
  readonly used: number;
  readonly grant: string;
}

export interface PendingNotice {
  readonly noticeId: string;
  readonly from: number;
  readonly kind: 'image_rejected' | 'increase_rejected';
  readonly imageId: string;
}

export interface PendingBody {
  readonly grants: readonly PendingGrant[];
  readonly notices: readonly PendingNotice[];
  readonly more: boolean;
}

/** What a successful acknowledgement carries. */
export interface AckBodies {
  readonly register: { readonly clientId: number };
  readonly rotate_keys: { readonly clientId: number };
  readonly sign_in: {
    readonly clientId: number;
    readonly leaseMs: number;
    /** Changes when the directory was restored: owners publish again. */
    readonly generation: string;
    /** The address that peers will be given. */
    readonly address: WireAddress;
    readonly pending: PendingBody;
  };
  readonly renew: { readonly renewed: boolean; readonly leaseMs: number };
  readonly shutdown: { readonly offline: boolean };
  readonly active_users: { readonly users: readonly ListedUser[]; readonly next?: number | undefined };
  readonly list_images: { readonly images: readonly string[]; readonly more: boolean };
  readonly lookup: {
    readonly clientId: number;
    readonly online: boolean;
    readonly address?: WireAddress | undefined;
    readonly signKey: string;
    readonly boxKey: string;
  };
  readonly encode: {
    readonly imageId: string;
    /** SHA-256 and length of the level-1 stego picture. */
    readonly digest: string;
    readonly bytes: number;
  };
  readonly publish: Record<string, never>;
  readonly unpublish: { readonly imageId: string };
  readonly 'change-view': { readonly version: number };
  readonly granted: {
    readonly newest?:
      | { readonly grant: string /** Views that the cloud has counted. */; readonly used: number }
      | undefined;
  };
  readonly leave_notice: Record<string, never>;
  readonly grants: PendingBody;
  readonly acknowledge: Record<string, never>;
  readonly release_view: {
    readonly sequence: number;
    readonly version: number;
    readonly allowed: number;
    readonly used: number;
    /** The cloud's key share sealed to the nonce (HPKE, 80 bytes), base64url. */
    readonly share: string;
  };
}

type Schemas<Bodies> = { readonly [T in keyof Bodies]: z.ZodType<Bodies[T]> };

const limit = z.int().min(1).max(200);
const noticeKind = z.enum(['image_rejected', 'increase_rejected']);
const list = z.array(f.requestId).max(200);
const empty = z.strictObject({});

export const requestBodySchemas: Schemas<RequestBodies> = {
  register: z.strictObject({
    signKey: f.key32,
    boxKey: f.key32,
    recoveryKey: f.key32.optional(),
    proof: f.signature64,
    token: z.string().min(1).max(200).optional(),
  }),
  rotate_keys: z.strictObject({ signKey: f.key32, boxKey: f.key32, statement: f.blob(1024) }),
  sign_in: z.strictObject({
    counter: z.int().min(1),
    host: z.union([z.ipv4(), z.ipv6()]).optional(),
    port: f.port,
    visibility: f.visibility,
  }),
  renew: z.strictObject({ counter: z.int().min(1) }),
  shutdown: z.strictObject({ counter: z.int().min(1) }),
  active_users: z.strictObject({ after: f.clientId.optional(), limit }),
  list_images: z.strictObject({ clientId: f.clientId, afterImageId: f.imageIdField.optional(), limit }),
  lookup: z.union([z.strictObject({ clientId: f.clientId }), z.strictObject({ boxKey: f.key32 })]),
  encode: z.strictObject({
    imageId: f.imageIdField,
    bytes: z.int().min(1).max(MAX_HIDDEN_FILE_BYTES),
    digest: f.digest32,
    mime: f.mime,
    cover: z
      .string()
      .regex(/^[a-z0-9-]{1,32}$/)
      .optional(),
  }),
  publish: z.strictObject({
    images: z
      .array(z.strictObject({ imageId: f.imageIdField, digest: f.digest32 }))
      .min(1)
      .max(MAX_PUBLISHED_TOGETHER),
  }),
  unpublish: z.strictObject({ imageId: f.imageIdField }),
  'change-view': z.strictObject({ imageId: f.imageIdField, viewerId: f.clientId, grant: f.grantBlob }),
  granted: z.strictObject({ imageId: f.imageIdField, viewerId: f.clientId }),
  leave_notice: z.strictObject({ to: f.clientId, noticeId: f.requestId, kind: noticeKind, imageId: f.imageIdField }),
  grants: z.strictObject({ limit }),
  acknowledge: z.strictObject({
    grants: z.array(z.strictObject({ grantId: f.grantId, version: f.u32 })).max(200),
    notices: list,
  }),
  release_view: z.strictObject({
    imageId: f.imageIdField,
    grant: f.grantBlob,
    used: f.u32,
    nonce: f.key32,
    views: f.views,
  }),
};

const pending: z.ZodType<PendingBody> = z.strictObject({
  grants: z
    .array(
      z.strictObject({ imageId: f.imageIdField, ownerId: f.clientId, version: f.u32, used: f.u32, grant: f.grantBlob }),
    )
    .max(200),
  notices: z
    .array(z.strictObject({ noticeId: f.requestId, from: f.clientId, kind: noticeKind, imageId: f.imageIdField }))
    .max(200),
  more: z.boolean(),
});

const user: z.ZodType<ListedUser> = z.strictObject({
  clientId: f.clientId,
  address: f.address,
  signKey: f.key32,
  boxKey: f.key32,
  images: z.array(f.imageIdField).max(200),
  moreImages: z.boolean(),
});

export const ackBodySchemas: Schemas<AckBodies> = {
  register: z.strictObject({ clientId: f.clientId }),
  rotate_keys: z.strictObject({ clientId: f.clientId }),
  sign_in: z.strictObject({
    clientId: f.clientId,
    leaseMs: z.int().min(1),
    generation: f.requestId,
    address: f.address,
    pending,
  }),
  renew: z.strictObject({ renewed: z.boolean(), leaseMs: z.int().min(0) }),
  shutdown: z.strictObject({ offline: z.boolean() }),
  active_users: z.strictObject({ users: z.array(user).max(200), next: f.clientId.optional() }),
  list_images: z.strictObject({ images: z.array(f.imageIdField).max(200), more: z.boolean() }),
  lookup: z.strictObject({
    clientId: f.clientId,
    online: z.boolean(),
    address: f.address.optional(),
    signKey: f.key32,
    boxKey: f.key32,
  }),
  encode: z.strictObject({ imageId: f.imageIdField, digest: f.digest32, bytes: z.int().min(1) }),
  publish: empty,
  unpublish: z.strictObject({ imageId: f.imageIdField }),
  'change-view': z.strictObject({ version: f.u32 }),
  granted: z.strictObject({ newest: z.strictObject({ grant: f.grantBlob, used: f.u32 }).optional() }),
  leave_notice: empty,
  grants: pending,
  acknowledge: empty,
  release_view: z.strictObject({ sequence: f.u32, version: f.u32, allowed: f.u32, used: f.u32, share: f.blob(128) }),
};
