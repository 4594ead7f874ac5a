/**
 * Reads the messages that make up most of a busy server's or client's traffic off their bytes, when they are spelled as the encoders here spell
 * them. What is read so is what JSON.parse and the message's schema accept, with the same result; what is not may be right all the same: then
 * they decide, and say what is wrong.
 */

import { utf8Encode } from '../bytes.ts';
import {
  MAX_HIDDEN_FILE_BYTES,
  MAX_MESSAGE_BYTES,
  MAX_NOTICES,
  MAX_PUBLISHED_TOGETHER,
  MAX_SERVERS,
} from '../limits.ts';
import { isImageId } from '../names.ts';
import { CanonicalReader } from './canonical-reader.ts';
import type { AnyRequest, ClientMessage, CloudMessage } from './envelope.ts';
import { MAX_IMAGE_ID_LENGTH, MAX_U32 } from './fields.ts';
import type { RequestBodies } from './requests.ts';
import { MAX_ATTEMPT, type Notices, type RequestNotice } from './server.ts';

/** As the codec's: the session's version, and a limit in bytes. */
interface Options {
  readonly version?: number;
  readonly limit?: number;
}

/** Of `requestId` and `digest32`. */
const ID_DIGITS = 32;
const DIGEST_DIGITS = 64;

const COMMA = code(',');
const QUOTE = code('"');
const BRACE = code('}');
/** First letters, by which types and outcomes are told apart. */
const A = code('a');
const E = code('e');
const H = code('h');
const P = code('p');
const S = code('s');

const VERSION = utf8Encode('{"v":');
const TYPE = utf8Encode(',"type":"');
const ID = utf8Encode('","id":"');
const QUOTED = utf8Encode('"');
const END = utf8Encode('}');
const QUOTE_END = utf8Encode('"}');

function code(character: string): number {
  return character.charCodeAt(0);
}

/** Just before the message's type; undefined when it is too long. */
function open(bytes: Uint8Array, { version = 1, limit = MAX_MESSAGE_BYTES }: Options): CanonicalReader | undefined {
  if (bytes.length > limit) return undefined;
  const reader = new CanonicalReader(bytes);
  reader.skip(VERSION);
  if (reader.count() !== version) return undefined;
  reader.skip(TYPE);
  return reader;
}

// ---- between servers ----

const NOTICES = utf8Encode('notices","notices":[');
const NOTICES_END = utf8Encode(']}');
const NOTICE = utf8Encode('{"type":"');
const STAMP = utf8Encode('stamp');
const HANDLING = utf8Encode('handling');
const DONE = utf8Encode('done');
const HANDLER = utf8Encode('","handler":"');
const EPOCH = utf8Encode('","epoch":');
const ATTEMPT_AFTER_NUMBER = utf8Encode(',"attempt":');
const ATTEMPT = utf8Encode('","attempt":');
const OUTCOME = utf8Encode(',"outcome":"');
const ANSWERED = utf8Encode('answered"}');
const PASSED = utf8Encode('passed"}');
const CANCELLED = utf8Encode('cancelled"}');

/** `notices`. */
export function canonicalNotices(bytes: Uint8Array, options: Options): Notices | undefined {
  const reader = open(bytes, options);
  if (reader === undefined) return undefined;
  reader.skip(NOTICES);
  const notices: RequestNotice[] = [];
  do {
    const notice = readNotice(reader);
    if (reader.failed || notices.length === MAX_NOTICES) return undefined;
    notices.push(notice);
  } while (reader.take(COMMA));
  reader.skip(NOTICES_END);
  return reader.isWhole ? { type: 'notices', notices } : undefined;
}

function readNotice(reader: CanonicalReader): RequestNotice {
  reader.skip(NOTICE);
  switch (reader.peek()) {
    case S: {
      const id = readId(reader, STAMP);
      reader.skip(HANDLER);
      const handler = reader.name();
      reader.skip(EPOCH);
      const epoch = reader.count();
      reader.skip(ATTEMPT_AFTER_NUMBER);
      const attempt = reader.count(MAX_ATTEMPT);
      reader.skip(END);
      return { type: 'stamp', id, handler, epoch, attempt };
    }
    case H: {
      const id = readId(reader, HANDLING);
      reader.skip(ATTEMPT);
      const attempt = reader.count(MAX_ATTEMPT);
      reader.skip(END);
      return { type: 'handling', id, attempt };
    }
    default: {
      const id = readId(reader, DONE);
      reader.skip(ATTEMPT);
      const attempt = reader.count(MAX_ATTEMPT);
      reader.skip(OUTCOME);
      return { type: 'done', id, attempt, outcome: readOutcome(reader) };
    }
  }
}

/** And the end of its notice. */
function readOutcome(reader: CanonicalReader): 'answered' | 'passed' | 'cancelled' {
  switch (reader.peek()) {
    case A:
      reader.skip(ANSWERED);
      return 'answered';
    case P:
      reader.skip(PASSED);
      return 'passed';
    default:
      reader.skip(CANCELLED);
      return 'cancelled';
  }
}

/** The rest of a type, and the id after it. */
function readId(reader: CanonicalReader, type: Uint8Array): string {
  reader.skip(type);
  reader.skip(ID);
  return reader.hex(ID_DIGITS);
}

// ---- from clients ----

const ENCODE = utf8Encode('encode');
const PUBLISH = utf8Encode('publish');
const NOT_AFTER = utf8Encode('","notAfter":');
const SERVERS = utf8Encode(',"servers":[');
const TRIED = utf8Encode('],"tried":[');
const BODY = utf8Encode('],"body":{');
const IMAGE_ID = utf8Encode('"imageId":"');
const BYTES = utf8Encode('","bytes":');
const DIGEST_AFTER_NUMBER = utf8Encode(',"digest":"');
const DIGEST = utf8Encode('","digest":"');
const MIME = utf8Encode('","mime":"image/');
const PNG = utf8Encode('png"}}');
const JPEG = utf8Encode('jpeg"}}');
const IMAGES = utf8Encode('"images":[');
const IMAGES_END = utf8Encode(']}}');
const IMAGE = utf8Encode('{"imageId":"');

/** Requests of the types `encode` (without a cover's name) and `publish`. */
export function canonicalRequest(bytes: Uint8Array, options: Options): ClientMessage | undefined {
  const reader = open(bytes, options);
  if (reader === undefined) return undefined;
  const type = reader.peek() === E ? 'encode' : 'publish';
  const id = readId(reader, type === 'encode' ? ENCODE : PUBLISH);
  reader.skip(NOT_AFTER);
  const notAfter = reader.count();
  reader.skip(SERVERS);
  const servers = readNames(reader);
  reader.skip(TRIED);
  const tried = readNames(reader);
  reader.skip(BODY);
  if (reader.failed) return undefined;
  const body = type === 'encode' ? readEncode(reader) : readPublish(reader);
  if (!reader.isWhole || body === undefined) return undefined;
  return { kind: 'request', request: { type, id, notAfter, servers, tried, body } as AnyRequest };
}

function readNames(reader: CanonicalReader): readonly string[] {
  const names: string[] = [];
  if (reader.peek() !== QUOTE) return names;
  do {
    reader.skip(QUOTED);
    names.push(reader.name());
    reader.skip(QUOTED);
  } while (names.length < MAX_SERVERS && reader.take(COMMA));
  return names;
}

function readEncode(reader: CanonicalReader): RequestBodies['encode'] | undefined {
  reader.skip(IMAGE_ID);
  const imageId = reader.text();
  reader.skip(BYTES);
  const bytes = reader.count(MAX_HIDDEN_FILE_BYTES);
  reader.skip(DIGEST_AFTER_NUMBER);
  const digest = reader.hex(DIGEST_DIGITS);
  reader.skip(MIME);
  const isPng = reader.peek() === P;
  reader.skip(isPng ? PNG : JPEG);
  if (reader.failed || bytes === 0 || !isId(imageId)) return undefined;
  return { imageId, bytes, digest, mime: isPng ? 'image/png' : 'image/jpeg' };
}

function readPublish(reader: CanonicalReader): RequestBodies['publish'] | undefined {
  reader.skip(IMAGES);
  const images: { imageId: string; digest: string }[] = [];
  do {
    reader.skip(IMAGE);
    const imageId = reader.text();
    reader.skip(DIGEST);
    const digest = reader.hex(DIGEST_DIGITS);
    reader.skip(QUOTE_END);
    if (reader.failed || images.length === MAX_PUBLISHED_TOGETHER || !isId(imageId)) return undefined;
    images.push({ imageId, digest });
  } while (reader.take(COMMA));
  reader.skip(IMAGES_END);
  return { images };
}

function isId(text: string): boolean {
  return text.length <= MAX_IMAGE_ID_LENGTH && isImageId(text);
}

// ---- to clients ----

const ASSIGNED = utf8Encode('assigned');
const SERVER = utf8Encode('","server":"');
const LANE = utf8Encode(',"lane":');
const ENCODE_ACK = utf8Encode('encode_ack');
const PUBLISH_ACK = utf8Encode('publish_ack');
const SUCCESS = utf8Encode('","status":"success","body":{');
const EMPTY_END = utf8Encode('}}');

/** `assigned`, and what says that an `encode` or a `publish` has succeeded. */
export function canonicalCloudMessage(bytes: Uint8Array, options: Options): CloudMessage | undefined {
  const reader = open(bytes, options);
  if (reader === undefined) return undefined;
  switch (reader.peek()) {
    case A:
      return readAssigned(reader);
    case E: {
      const [id, server] = readSuccess(reader, ENCODE_ACK);
      reader.skip(IMAGE_ID);
      const imageId = reader.text();
      reader.skip(DIGEST);
      const digest = reader.hex(DIGEST_DIGITS);
      reader.skip(BYTES);
      const count = reader.count();
      reader.skip(EMPTY_END);
      if (!reader.isWhole || count === 0 || !isId(imageId)) return undefined;
      const body = { imageId, digest, bytes: count };
      return { kind: 'ack', ack: { type: 'encode', id, status: 'success', body, server } };
    }
    default: {
      const [id, server] = readSuccess(reader, PUBLISH_ACK);
      reader.skip(EMPTY_END);
      if (!reader.isWhole) return undefined;
      return { kind: 'ack', ack: { type: 'publish', id, status: 'success', body: {}, server } };
    }
  }
}

function readAssigned(reader: CanonicalReader): CloudMessage | undefined {
  const id = readId(reader, ASSIGNED);
  reader.skip(SERVER);
  const server = reader.name();
  reader.skip(QUOTED);
  if (reader.take(BRACE)) {
    return reader.isWhole ? { kind: 'assigned', assigned: { type: 'assigned', id, server } } : undefined;
  }
  reader.skip(LANE);
  const lane = reader.count(MAX_U32);
  reader.skip(END);
  return reader.isWhole ? { kind: 'assigned', assigned: { type: 'assigned', id, server, lane } } : undefined;
}

/** Up to the beginning of the body. */
function readSuccess(reader: CanonicalReader, type: Uint8Array): readonly [id: string, server: string] {
  const id = readId(reader, type);
  reader.skip(SERVER);
  const server = reader.name();
  reader.skip(SUCCESS);
  return [id, server];
}
