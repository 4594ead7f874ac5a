/**
 * Quick checks of the messages that make up most of a busy server's or client's traffic. What passes is what the message's schema accepts, with the
 * same result; what does not pass may be right all the same: then the schema decides, and says what is wrong.
 */

import { MAX_HIDDEN_FILE_BYTES, MAX_NOTICES, MAX_PUBLISHED_TOGETHER, MAX_SERVERS } from '../limits.ts';
import { isImageId } from '../names.ts';
import type { Assigned } from './envelope.ts';
import { DIGEST_PATTERN, MAX_IMAGE_ID_LENGTH, MAX_U32, REQUEST_ID_PATTERN, SERVER_ID_PATTERN } from './fields.ts';
import type { AckBodies, RequestBodies, RequestType } from './requests.ts';
import {
  type Heartbeat,
  MAX_ATTEMPT,
  MAX_INCARNATION,
  MAX_PRIORITY,
  MAX_SERVICE_MS,
  type RequestNotice,
} from './server.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Of a message whose version and type have been looked at. */
export function quickNotices(message: Fields): readonly RequestNotice[] | undefined {
  const { notices } = message;
  if (!hasKeys(message, 3) || !Array.isArray(notices)) return undefined;
  if (notices.length === 0 || notices.length > MAX_NOTICES) return undefined;
  for (const notice of notices) if (!isNotice(notice)) return undefined;
  return notices;
}

function isNotice(value: unknown): value is RequestNotice {
  if (!isObject(value) || !matches(REQUEST_ID_PATTERN, value.id) || !isCount(value.attempt, MAX_ATTEMPT)) return false;
  switch (value.type) {
    case 'stamp':
      return hasKeys(value, 5) && matches(SERVER_ID_PATTERN, value.handler) && isCount(value.epoch);
    case 'handling':
      return hasKeys(value, 3);
    case 'done': {
      const { outcome } = value;
      return hasKeys(value, 4) && (outcome === 'answered' || outcome === 'passed' || outcome === 'cancelled');
    }
    default:
      return false;
  }
}

/** Of a message whose version and type have been looked at; the keys are the message's own, in its order. */
export function quickHeartbeat(message: Fields): Omit<Heartbeat, 'type'> | undefined {
  const { sequence, incarnation, phase, group, priority, outstanding, serviceMs, utilization } = message;
  if (!hasKeys(message, 10) || !isGroup(group)) return undefined;
  if (!isCount(sequence) || sequence === 0 || !isCount(incarnation, MAX_INCARNATION)) return undefined;
  if (phase !== 'joining' && phase !== 'member' && phase !== 'leaving') return undefined;
  if (!isPositive(priority, MAX_PRIORITY) || !isCount(outstanding, MAX_U32)) return undefined;
  if (!isPositive(serviceMs, MAX_SERVICE_MS) || !isShare(utilization)) return undefined;
  return { sequence, incarnation, phase, group, priority, outstanding, serviceMs, utilization };
}

/** One with a leader: without, the schema decides. */
function isGroup(value: unknown): value is Heartbeat['group'] {
  if (!isObject(value) || !hasKeys(value, 3)) return false;
  return isCount(value.epoch) && matches(SERVER_ID_PATTERN, value.leader) && isCount(value.revision);
}

/** What all requests have, in the order of the schema; the body is not looked at. */
export interface RequestHead {
  readonly id: string;
  readonly notAfter: number;
  readonly servers: readonly string[];
  readonly tried: readonly string[];
  readonly body: unknown;
}

/** Of a message whose version and type have been looked at. */
export function quickHead(message: Fields): RequestHead | undefined {
  const { id, notAfter, servers, tried, body } = message;
  if (!hasKeys(message, 7) || !Object.hasOwn(message, 'body')) return undefined;
  if (!matches(REQUEST_ID_PATTERN, id) || !isCount(notAfter) || !areServers(servers) || !areServers(tried))
    return undefined;
  return { id, notAfter, servers, tried, body };
}

/** Bodies of the requests that come most often, by type; in the order of the schema, over which claims are digested. */
export function quickBody(type: RequestType, body: unknown): RequestBodies[RequestType] | undefined {
  if (!isObject(body)) return undefined;
  if (type === 'encode') return quickEncode(body);
  return type === 'publish' ? quickPublish(body) : undefined;
}

/** Of a message whose version and type have been looked at. */
export function quickAssigned(message: Fields): Assigned | undefined {
  const { id, server, lane } = message;
  if (!matches(REQUEST_ID_PATTERN, id) || !matches(SERVER_ID_PATTERN, server)) return undefined;
  if (hasKeys(message, 4)) return { type: 'assigned', id, server };
  return hasKeys(message, 5) && isCount(lane, MAX_U32) ? { type: 'assigned', id, server, lane } : undefined;
}

/** What all acknowledgements of success have; the body is not looked at. */
export interface SuccessHead {
  readonly id: string;
  readonly status: 'success';
  readonly body: unknown;
  readonly server: string;
}

/** Of a message whose version and type have been looked at. */
export function quickSuccess(message: Fields): SuccessHead | undefined {
  const { id, status, body, server } = message;
  if (status !== 'success' || !hasKeys(message, 6) || !Object.hasOwn(message, 'body')) return undefined;
  if (!matches(REQUEST_ID_PATTERN, id) || !matches(SERVER_ID_PATTERN, server)) return undefined;
  return { id, status, body, server };
}

/** Bodies of the acknowledgements that come most often, by the type of their request. */
export function quickAckBody(type: RequestType, body: unknown): AckBodies[RequestType] | undefined {
  if (!isObject(body)) return undefined;
  if (type === 'publish') return hasKeys(body, 0) ? {} : undefined;
  if (type !== 'encode') return undefined;
  const { imageId, digest, bytes } = body;
  if (!hasKeys(body, 3) || !isId(imageId) || !matches(DIGEST_PATTERN, digest)) return undefined;
  return isCount(bytes) && bytes > 0 ? { imageId, digest, bytes } : undefined;
}

function quickEncode(body: Fields): RequestBodies['encode'] | undefined {
  const { imageId, bytes, digest, mime } = body;
  if (!hasKeys(body, 4) || !isId(imageId) || !matches(DIGEST_PATTERN, digest)) return undefined;
  if (!isCount(bytes, MAX_HIDDEN_FILE_BYTES) || bytes === 0) return undefined;
  return mime === 'image/png' || mime === 'image/jpeg' ? { imageId, bytes, digest, mime } : undefined;
}

function quickPublish(body: Fields): RequestBodies['publish'] | undefined {
  const given = body.images;
  if (!hasKeys(body, 1) || !Array.isArray(given)) return undefined;
  if (given.length === 0 || given.length > MAX_PUBLISHED_TOGETHER) return undefined;
  const images: { imageId: string; digest: string }[] = [];
  for (const image of given) {
    if (!isObject(image) || !hasKeys(image, 2)) return undefined;
    const { imageId, digest } = image;
    if (!isId(imageId) || !matches(DIGEST_PATTERN, digest)) return undefined;
    images.push({ imageId, digest });
  }
  return { images };
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_IMAGE_ID_LENGTH && isImageId(value);
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whoever has all the keys that were asked for and no others has so many. Made by JSON.parse: all keys are its own. */
function hasKeys(value: object, count: number): boolean {
  let keys = 0;
  for (const _ in value) keys += 1;
  return keys === count;
}

function matches(pattern: RegExp, value: unknown): value is string {
  return typeof value === 'string' && pattern.test(value);
}

function isCount(value: unknown, most: number = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most;
}

function isPositive(value: unknown, most: number): value is number {
  return typeof value === 'number' && value > 0 && value <= most;
}

function isShare(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= 1;
}

function areServers(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_SERVERS) return false;
  for (const name of value) if (!matches(SERVER_ID_PATTERN, name)) return false;
  return true;
}
