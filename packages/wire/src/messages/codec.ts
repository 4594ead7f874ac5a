/**
 * JSON on the wire: `{"v":…,"type":…}`; `v` is the version that the session has agreed on. One decoder per link, so that nothing arrives where it has no business.
 *
 * Requests and peers' messages are `{v, type, id, …, body}`; acknowledgements are `{v, type: "<type>_ack", id, status, body | error}`.
 */

import { z } from 'zod';
import { utf8Decode, utf8Encode } from '../bytes.ts';
import {
  InvalidFieldError,
  MalformedMessageError,
  MessageTooLongError,
  UnknownMessageTypeError,
  UnsupportedVersionError,
} from '../errors.ts';
import { MAX_MESSAGE_BYTES } from '../limits.ts';
import { canonicalCloudMessage, canonicalNotices, canonicalRequest } from './canonical.ts';
import type {
  AnyAck,
  AnyPeerRequest,
  AnyRequest,
  Assigned,
  Cancel,
  ClientMessage,
  CloudMessage,
  PeerAck,
  PeerMessage,
} from './envelope.ts';
import * as f from './fields.ts';
import { type PeerType, peerAckBodySchema, peerBodySchemas } from './peer.ts';
import { quickHeartbeat } from './quick.ts';
import { ackBodySchemas, type RequestType, requestBodySchemas } from './requests.ts';
import { type ServerMessage, serverMessageSchemas } from './server.ts';

const ACK = '_ack';

export interface MessageOptions {
  /** The version that the session has agreed on (default 1). */
  readonly version?: number;
  /** Bytes (default: a message's; an acknowledgement that travels as a transfer may be longer). */
  readonly limit?: number;
}

/** A parsed JSON object whose version is the session's and whose `type` is a string. */
interface Envelope {
  readonly type: string;
  readonly message: Readonly<Record<string, unknown>>;
}

function openEnvelope(bytes: Uint8Array, { version = 1, limit = MAX_MESSAGE_BYTES }: MessageOptions): Envelope {
  if (bytes.length > limit) throw new MessageTooLongError(bytes.length, limit);
  let value: unknown;
  try {
    value = JSON.parse(utf8Decode(bytes));
  } catch {
    throw new MalformedMessageError('not JSON in UTF-8');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new MalformedMessageError('not a JSON object');
  }
  const message = value as Record<string, unknown>;
  const { v, type } = message;
  if (v !== version) throw new UnsupportedVersionError('the message has another version than its session');
  if (typeof type !== 'string') throw new UnknownMessageTypeError('the message has no type');
  return { type, message };
}

/** All but the envelope's own. */
function fieldsOf({ message }: Envelope): Readonly<Record<string, unknown>> {
  const { v: _version, type: _type, ...fields } = message;
  return fields;
}

function openFields(bytes: Uint8Array, options: MessageOptions): { readonly type: string; readonly fields: object } {
  const envelope = openEnvelope(bytes, options);
  return { type: envelope.type, fields: fieldsOf(envelope) };
}

/** Looks a schema up by own key only: `constructor` and `__proto__` are no types. */
function schemaOf<S>(schemas: Readonly<Record<string, S>>, type: string): S {
  if (!Object.hasOwn(schemas, type)) throw new UnknownMessageTypeError('no such message on this link');
  return schemas[type] as S;
}

function parse<T>(schema: z.ZodType<T>, value: unknown, at = ''): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  // Unknown keys come from the sender: they are not repeated in the error.
  const path = [...(at ? [at] : []), ...(issue?.path ?? []).map(String)].join('.');
  throw new InvalidFieldError(path, issue?.code === 'unrecognized_keys' ? 'unknown field' : (issue?.code ?? 'invalid'));
}

function seal(type: string, fields: object, options: MessageOptions): Uint8Array {
  return write({ v: options.version ?? 1, type, ...fields }, options);
}

/** @param message `v`, `type` and the fields, in that order; those that are undefined are left out */
function write(message: object, { limit = MAX_MESSAGE_BYTES }: MessageOptions): Uint8Array {
  const bytes = utf8Encode(JSON.stringify(message));
  if (bytes.length > limit) throw new MessageTooLongError(bytes.length, limit);
  return bytes;
}

/** What all requests have, in the order of the schema; the body is not looked at. */
interface RequestHead {
  readonly id: string;
  readonly notAfter: number;
  readonly servers: readonly string[];
  readonly tried: readonly string[];
  readonly body: unknown;
}

interface SuccessHead {
  readonly id: string;
  readonly status: 'success';
  readonly body: unknown;
  readonly server: string;
}

interface FailureHead {
  readonly id: string;
  readonly status: 'refused' | 'error';
  readonly error: f.Failure;
  readonly server: string;
}

const requestHead: z.ZodType<RequestHead> = z.strictObject({
  id: f.requestId,
  notAfter: f.time,
  servers: f.servers,
  tried: f.servers,
  body: z.unknown(),
});
const idOnly = z.strictObject({ id: f.requestId });
const assignedHead: z.ZodType<Omit<Assigned, 'type'>> = z.strictObject({
  id: f.requestId,
  server: f.serverId,
  lane: f.u32.optional(),
});
const peerHead = z.strictObject({ id: f.requestId, body: z.unknown() });
const successHead = z.strictObject({ id: f.requestId, status: z.literal('success'), body: z.unknown() });
const failureHead = z.strictObject({ id: f.requestId, status: z.enum(['refused', 'error']), error: f.failure });
const ackHead: z.ZodType<SuccessHead | FailureHead> = z.discriminatedUnion('status', [
  successHead.extend({ server: f.serverId }),
  failureHead.extend({ server: f.serverId }),
]);
const peerAckHead = z.discriminatedUnion('status', [successHead, failureHead]);

/** @throws WireError subclasses */
export function decodeClientMessage(bytes: Uint8Array, options: MessageOptions = {}): ClientMessage {
  return canonicalRequest(bytes, options) ?? parseClientMessage(bytes, options);
}

function parseClientMessage(bytes: Uint8Array, options: MessageOptions): ClientMessage {
  const envelope = openEnvelope(bytes, options);
  if (envelope.type === 'cancel') return { kind: 'cancel', id: parse(idOnly, fieldsOf(envelope)).id };
  const schema = schemaOf<z.ZodType>(requestBodySchemas, envelope.type);
  const type = envelope.type as RequestType;
  const { id, notAfter, servers, tried, ...rest } = parse(requestHead, fieldsOf(envelope));
  const body = parse(schema, rest.body, 'body');
  return { kind: 'request', request: { type, id, notAfter, servers, tried, body } as AnyRequest };
}

export function encodeRequest(request: AnyRequest, options: MessageOptions = {}): Uint8Array {
  const { type, id, notAfter, servers, tried, body } = request;
  return write({ v: options.version ?? 1, type, id, notAfter, servers, tried, body }, options);
}

export function encodeCancel(cancel: Cancel, options: MessageOptions = {}): Uint8Array {
  return seal('cancel', { id: cancel.id }, options);
}

/** @throws WireError subclasses */
export function decodeCloudMessage(bytes: Uint8Array, options: MessageOptions = {}): CloudMessage {
  return canonicalCloudMessage(bytes, options) ?? parseCloudMessage(bytes, options);
}

function parseCloudMessage(bytes: Uint8Array, options: MessageOptions): CloudMessage {
  const { type, fields } = openFields(bytes, options);
  if (type === 'assigned') return { kind: 'assigned', assigned: { type, ...parse(assignedHead, fields) } };
  if (!type.endsWith(ACK)) throw new UnknownMessageTypeError('no such message on this link');
  const of = type.slice(0, -ACK.length) as RequestType;
  const schema = schemaOf<z.ZodType>(ackBodySchemas, of);
  const head = parse(ackHead, fields);
  if (head.status !== 'success') return { kind: 'ack', ack: { type: of, ...head } as AnyAck };
  const { id, status, server } = head;
  const body = parse(schema, head.body, 'body');
  return { kind: 'ack', ack: { type: of, id, status, body, server } as AnyAck };
}

/** An acknowledgement may be longer than a message: it then travels as an `answer` transfer, with `limit` set accordingly. */
export function encodeAck(ack: AnyAck, options: MessageOptions = {}): Uint8Array {
  const { type, ...fields } = ack;
  return seal(type + ACK, fields, options);
}

export function encodeAssigned({ type, id, server, lane }: Assigned, options: MessageOptions = {}): Uint8Array {
  return write({ v: options.version ?? 1, type, id, server, lane }, options);
}

/** @throws WireError subclasses */
export function decodePeerMessage(bytes: Uint8Array, options: MessageOptions = {}): PeerMessage {
  const { type, fields } = openFields(bytes, options);
  if (type.endsWith(ACK)) {
    const of = type.slice(0, -ACK.length);
    schemaOf<z.ZodType>(peerBodySchemas, of);
    const head = parse(peerAckHead, fields);
    const ack = (
      head.status === 'success'
        ? { type: of, ...head, body: parse(peerAckBodySchema, head.body, 'body') }
        : { type: of, ...head }
    ) as PeerAck;
    return { kind: 'ack', ack };
  }
  const schema = schemaOf<z.ZodType>(peerBodySchemas, type);
  const head = parse(peerHead, fields);
  const request = { type: type as PeerType, id: head.id, body: parse(schema, head.body, 'body') } as AnyPeerRequest;
  return { kind: 'request', request };
}

export function encodePeerRequest(request: AnyPeerRequest, options: MessageOptions = {}): Uint8Array {
  return seal(request.type, { id: request.id, body: request.body }, options);
}

export function encodePeerAck(ack: PeerAck, options: MessageOptions = {}): Uint8Array {
  const { type, ...fields } = ack;
  return seal(type + ACK, fields, options);
}

/** @throws WireError subclasses */
export function decodeServerMessage(bytes: Uint8Array, options: MessageOptions = {}): ServerMessage {
  return canonicalNotices(bytes, options) ?? parseServerMessage(bytes, options);
}

function parseServerMessage(bytes: Uint8Array, options: MessageOptions): ServerMessage {
  const envelope = openEnvelope(bytes, options);
  const { type } = envelope;
  if (type === 'heartbeat') {
    const heartbeat = quickHeartbeat(envelope.message);
    if (heartbeat !== undefined) return { type, ...heartbeat };
  }
  const schema = schemaOf<z.ZodType>(serverMessageSchemas, type);
  return { type, ...(parse(schema, fieldsOf(envelope)) as object) } as ServerMessage;
}

export function encodeServerMessage(message: ServerMessage, options: MessageOptions = {}): Uint8Array {
  if (message.type === 'notices') {
    return write({ v: options.version ?? 1, type: message.type, notices: message.notices }, options);
  }
  const { type, ...fields } = message;
  return seal(type, fields, options);
}

/**
 * The bytes over which a claim's digest is taken: type and body in schema order, without what changes between
 * retransmissions (`tried`, `servers`, `notAfter`). The request must come from a decoder.
 */
export function canonicalBody(request: AnyRequest): Uint8Array {
  return utf8Encode(JSON.stringify([request.type, request.body]));
}
