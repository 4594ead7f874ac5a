import { imageId as makeImageId, UPLOAD_KEY_BYTES } from '@p2pimg/wire';
import type { CallArgs, CallResult } from '../calls.ts';
import { type Cloud, successBody } from '../cloud/cloud.ts';
import type { Exchange } from '../cloud/exchange.ts';
import type { Context } from '../context.ts';
import type { BytesHandle } from '../effects.ts';
import { ClientError, EncodingMismatchError, OperationError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import type { Progress } from '../news.ts';
import { type OwnImage, put } from '../records.ts';
import { remember } from '../remember.ts';
import type { Publications } from './publications.ts';

interface Encoded {
  readonly stego: BytesHandle;
  readonly server: string;
  readonly digest: string;
}

/**
 * Hides a picture: up to the server that takes the request, back as a stego picture, checked by extraction, kept, and only then
 * published. What was encoded but not published before a crash is published by encoding the same picture again.
 */
export function* encode(
  context: Context,
  cloud: Cloud,
  publications: Publications,
  args: CallArgs<'encode'>,
  onProgress: (progress: Progress) => void,
): Flow<CallResult<'encode'>> {
  const { clientId } = context.self();
  const imageId = makeImageId(clientId, args.name);
  return yield* context.locks.hold(`own ${imageId}`, function* () {
    const known = context.model.get('own', imageId);
    if (known !== undefined && (known.state !== 'encoded' || known.originalDigest !== args.digest)) {
      throw new ClientError('image_exists', `${imageId} exists already; a new picture needs a new name`);
    }
    const { image, server } =
      known === undefined
        ? yield* publications.expect(make(context, cloud, imageId, args, onProgress))
        : { image: known, server: 'none' };
    onProgress({ phase: 'publishing' });
    yield* publications.publish(image);
    return { imageId, digest: image.digest, bytes: image.bytes, server };
  });
}

function* make(
  context: Context,
  cloud: Cloud,
  imageId: string,
  args: CallArgs<'encode'>,
  onProgress: (progress: Progress) => void,
): Flow<{ readonly image: OwnImage; readonly server: string }> {
  const contentKey = context.randomHex(32);
  const encoded = yield* transform(context, cloud, imageId, contentKey, args, onProgress);
  onProgress({ phase: 'checking' });
  try {
    const { stego, digest } = encoded;
    const { blob, bytes } = yield* context.job('keepEncoded', { stego, digest, contentKey, original: args.digest });
    if (blob === undefined) throw new EncodingMismatchError(encoded.server);
    const image: OwnImage = {
      imageId,
      blob,
      bytes,
      digest,
      mime: args.mime,
      originalBytes: args.size,
      originalDigest: args.digest,
      contentKey,
      state: 'encoded',
      createdAt: context.now,
    };
    const history = remember(context, { what: 'encoded', imageId, peer: undefined, views: undefined });
    yield* context.commit(put('own', imageId, image), ...history);
    return { image, server: encoded.server };
  } finally {
    context.release(encoded.stego);
  }
}

function transform(
  context: Context,
  cloud: Cloud,
  imageId: string,
  contentKey: string,
  { bytes, size, digest, mime, cover }: CallArgs<'encode'>,
  onProgress: (progress: Progress) => void,
): Flow<Encoded> {
  const body = { imageId, bytes: size, digest, mime, ...(cover === undefined ? {} : { cover }) };
  onProgress({ phase: 'waiting' });
  let downloading = false;
  // Acknowledgements of the last chunks may come after the first of the result.
  const onUpload = (progress: Progress): void => {
    if (!downloading) onProgress(progress);
  };
  return cloud.converse('encode', body, { withinMs: context.settings.encodeMs }, function* (exchange) {
    const lanes = new Set<string>();
    // By server: when two work at once, one may send a picture and the other the last word. What counts is both from one.
    const pictures = new Map<string, BytesHandle>();
    const digests = new Map<string, string>();
    try {
      for (;;) {
        const letter = yield* exchange.letters.next(exchange.deadline);
        switch (letter.kind) {
          case 'assigned': {
            const lane = `${letter.server} ${letter.lane}`;
            if (lanes.has(lane)) break;
            lanes.add(lane);
            context.flows.spawn(
              upload(context, exchange, letter.server, letter.lane, { bytes, size, contentKey }, onUpload),
            );
            break;
          }
          case 'result':
            downloading = true;
            context.flows.spawn(download(context, exchange, letter, onProgress));
            break;
          case 'picture': {
            const before = pictures.get(letter.server);
            if (before !== undefined) context.release(before);
            pictures.set(letter.server, letter.bytes);
            break;
          }
          case 'ack':
            digests.set(letter.ack.server, successBody('encode', letter.ack).digest);
            break;
        }
        for (const [server, digest] of digests) {
          const stego = pictures.get(server);
          if (stego === undefined) continue;
          pictures.delete(server);
          return { stego, server, digest };
        }
      }
    } finally {
      for (const picture of pictures.values()) context.release(picture);
    }
  });
}

/**
 * The content key and the picture, to the server that has said that it handles the request and to no other. When one takes
 * over from another, both may have them: the encoding is deterministic.
 */
function* upload(
  context: Context,
  exchange: Exchange,
  server: string,
  lane: number | undefined,
  { bytes, size, contentKey }: { readonly bytes: BytesHandle; readonly size: number; readonly contentKey: string },
  onProgress: (progress: Progress) => void,
): Flow<void> {
  const onBytes = (done: number): void =>
    onProgress({ phase: 'uploading', done: Math.max(0, done - UPLOAD_KEY_BYTES), total: size, server });
  onBytes(0);
  try {
    yield* context.perform<void>(
      { kind: 'sendTransfer', place: { server }, lane, id: exchange.id, purpose: 'upload', bytes, contentKey },
      { deadline: exchange.deadline, onProgress: onBytes },
    );
    onProgress({ phase: 'encoding' });
  } catch (error) {
    // The server's own answer, or its silence, decides what becomes of the request.
    if (!(error instanceof OperationError || error instanceof WaitTimeoutError)) throw error;
  }
}

/** A transfer that breaks is no end: the request is still open, and the result comes again. */
function* download(
  context: Context,
  exchange: Exchange,
  { server, transfer, size }: { readonly server: string; readonly transfer: number; readonly size: number },
  onProgress: (progress: Progress) => void,
): Flow<void> {
  const { deadline } = exchange;
  const onBytes = (done: number): void => onProgress({ phase: 'downloading', done, total: size, server });
  try {
    const accept = { kind: 'acceptTransfer', transfer } as const;
    const bytes = yield* context.perform<BytesHandle>(accept, { onProgress: onBytes, deadline });
    if (exchange.isOpen) exchange.receive({ kind: 'picture', server, bytes });
    else context.release(bytes);
  } catch (error) {
    if (!(error instanceof OperationError || error instanceof WaitTimeoutError)) throw error;
  }
}
