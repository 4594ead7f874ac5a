/** Arguments are checked once, here: what comes after trusts their type, lengths and ranges. */

import { isIP } from 'node:net';
import { isImageId, MAX_GRANT_BYTES, MAX_PUBLISHED_TOGETHER, MAX_VIEWS } from '@p2pimg/wire';
import { InvalidError } from '../errors.ts';
import type { Claim, ClaimedMethod, DirectoryMethod } from '../interface.ts';
import {
  MAX_ACKNOWLEDGED,
  MAX_HOLD_MS,
  MAX_HOLDER_LENGTH,
  MAX_IMAGE_ID_LENGTH,
  MAX_LEASE_MS,
  MAX_PAGE,
  MAX_REFUSAL_MESSAGE,
} from '../limits.ts';
import type { Address } from '../values.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Call } from './types.ts';

/** As acknowledgements carry it. */
const REFUSAL_CODE = /^[a-z][a-z0-9_]{0,47}$/;
const MAX_U32 = 0xffff_ffff;

/** Returns the value that goes on, or throws InvalidError that names `path`. */
type Check<T> = (value: T, path: string) => T;
type Checks<T> = { readonly [K in keyof T]-?: Check<Exclude<T[K], undefined>> };

function integer(least: number, most: number): Check<number> {
  return (value, path) => {
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new InvalidError(path, `not an integer from ${least} to ${most}`);
    }
    return value;
  };
}

/** Small Buffers share their memory with others, which would travel to the worker with them: those are copied. */
function bytes(least: number, most = least): Check<Uint8Array> {
  return (value, path) => {
    if (!(value instanceof Uint8Array) || value.length < least || value.length > most) {
      throw new InvalidError(path, least === most ? `not ${least} bytes` : `not ${least} to ${most} bytes`);
    }
    return plainBytes(value);
  };
}

function oneOf<T extends string>(...values: readonly T[]): Check<T> {
  return (value, path) => {
    if (!values.includes(value)) throw new InvalidError(path, `not one of ${values.join(', ')}`);
    return value;
  };
}

function text(problem: string, allows: (value: string) => boolean): Check<string> {
  return (value, path) => {
    if (typeof value !== 'string' || !allows(value)) throw new InvalidError(path, problem);
    return value;
  };
}

/** For optional properties: `object` leaves out what is undefined. */
function optional<T>(check: Check<T>): Check<T> {
  return (value, path) => (value === undefined ? value : check(value, path));
}

function list<T>(least: number, most: number, check: Check<T>): Check<readonly T[]> {
  return (value, path) => {
    if (!Array.isArray(value) || value.length < least || value.length > most)
      throw new InvalidError(path, `not a list of ${least} to ${most}`);
    return value.map((item: T, index) => check(item, `${path}[${index}]`));
  };
}

function object<T extends object>(checks: Checks<T>): Check<T> {
  const entries = Object.entries(checks) as [string, Check<unknown>][];
  return (value, path) => {
    if (typeof value !== 'object' || value === null) throw new InvalidError(path, 'not an object');
    const checked: Record<string, unknown> = {};
    for (const [key, check] of entries) {
      const item = check((value as Record<string, unknown>)[key], path === '' ? key : `${path}.${key}`);
      if (item !== undefined) checked[key] = item;
    }
    return checked as T;
  };
}

const id = integer(1, Number.MAX_SAFE_INTEGER);
const counter = id;
const u32 = integer(0, MAX_U32);
const version = integer(1, MAX_U32);
const key = bytes(32);
const digest = bytes(32);
const id16 = bytes(16);
const pageLimit = integer(1, MAX_PAGE);
const leaseMs = integer(1, MAX_LEASE_MS);
const signedGrant = bytes(1, MAX_GRANT_BYTES);
const imageId = text('not an image id', (value) => value.length <= MAX_IMAGE_ID_LENGTH && isImageId(value));
const holder = text(
  `not 1 to ${MAX_HOLDER_LENGTH} visible ASCII characters`,
  (value) => value.length <= MAX_HOLDER_LENGTH && /^[!-~]+$/.test(value),
);
const address = object<Address>({
  // An IPv6 zone ("%eth0") means nothing on another machine, and may be of any length.
  host: text('not an IP address', (value) => isIP(value) !== 0 && !value.includes('%')),
  port: integer(1, 65_535),
});
const claim = object<Claim>({
  clientKey: key,
  requestId: id16,
  bodyDigest: digest,
  notAfter: integer(0, Number.MAX_SAFE_INTEGER),
});

const CLAIMED: Readonly<Record<ClaimedMethod, true>> = {
  register: true,
  rotateKeys: true,
  signIn: true,
  shutdown: true,
  addResources: true,
  removeResource: true,
  publishGrant: true,
  leaveNotice: true,
  acknowledge: true,
  releaseView: true,
};
const claimedMethod = text('not a method with a claim', (value) =>
  Object.hasOwn(CLAIMED, value),
) as Check<ClaimedMethod>;

const refusal = object<Call<'refuse'>['refusal']>({
  code: text('not a code', (value) => REFUSAL_CODE.test(value)),
  message: text(`longer than ${MAX_REFUSAL_MESSAGE} characters`, (value) => value.length <= MAX_REFUSAL_MESSAGE),
});

type CallChecks = { readonly [M in DirectoryMethod]: Check<Call<M>> };

const callChecks: CallChecks = {
  register: object<Call<'register'>>({ claim, signKey: key, boxKey: key, recoveryKey: optional(key) }),
  rotateKeys: object({ claim, clientId: id, currentSignKey: key, signKey: key, boxKey: key }),
  signIn: object({
    claim,
    clientId: id,
    counter,
    address,
    visibility: oneOf('everyone', 'contacts', 'nobody'),
    leaseMs,
  }),
  shutdown: object({ claim, clientId: id, counter }),
  addResources: object<Call<'addResources'>>({
    claim,
    clientId: id,
    boxKey: optional(key),
    images: list(1, MAX_PUBLISHED_TOGETHER, object({ imageId, digest })),
  }),
  removeResource: object({ claim, clientId: id, imageId }),
  publishGrant: object({
    claim,
    ownerId: id,
    viewerId: id,
    imageId,
    grantId: id16,
    version,
    allowed: u32,
    grant: signedGrant,
  }),
  leaveNotice: object({
    claim,
    fromId: id,
    toId: id,
    noticeId: id16,
    kind: oneOf('image_rejected', 'increase_rejected'),
    imageId,
  }),
  acknowledge: object({
    claim,
    clientId: id,
    grants: list(0, MAX_ACKNOWLEDGED, object({ grantId: id16, version: u32 })),
    notices: list(0, MAX_ACKNOWLEDGED, id16),
  }),
  releaseView: object({
    claim,
    ownerId: id,
    viewerId: id,
    imageId,
    grantId: id16,
    version,
    allowed: u32,
    grant: signedGrant,
    used: u32,
    nonce: key,
    views: integer(1, MAX_VIEWS),
  }),
  refuse: object<Call<'refuse'>>({ claim, method: claimedMethod, refusal }),
  renewLease: object({ clientId: id, counter, leaseMs }),
  takeToken: object({ holder, turn: integer(0, Number.MAX_SAFE_INTEGER), holdMs: integer(1, MAX_HOLD_MS) }),
  readToken: object({}),
  clientByKey: object<Call<'clientByKey'>>({ boxKey: key, askerId: optional(id) }),
  clientById: object<Call<'clientById'>>({ clientId: id, askerId: optional(id) }),
  listOnline: object<Call<'listOnline'>>({
    askerId: id,
    after: optional(integer(0, Number.MAX_SAFE_INTEGER)),
    limit: pageLimit,
    imagesPerClient: pageLimit,
  }),
  listImages: object<Call<'listImages'>>({
    askerId: optional(id),
    ownerId: id,
    afterImageId: optional(imageId),
    limit: pageLimit,
  }),
  resource: object({ imageId }),
  pending: object({ clientId: id, limit: pageLimit }),
  grant: object({ grantId: id16 }),
  info: object({}),
};

/** A checked copy of the argument. @throws InvalidError */
export function checkCall<M extends DirectoryMethod>(method: M, call: Call<M>): Call<M> {
  return (callChecks[method] as Check<Call<M>>)(call, '');
}

/** Rows of one purge: 1 … 100,000. @throws InvalidError */
export function checkPurgeLimit(limit: number): number {
  return integer(1, 100_000)(limit, 'limit');
}
