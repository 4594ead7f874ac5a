import type { PeerBodies } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import type { BytesHandle } from '../effects.ts';
import { OperationError, PeerUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { Mailbox } from '../flow/mailbox.ts';
import type { Peer } from '../peers/address-book.ts';
import type { Peers } from '../peers/peers.ts';
import { pairKey } from '../records.ts';
import { type Part, partId, partsFrom, transferDeadline, wholeParts } from './parts.ts';

/** Parts under way at a time: enough to keep a fast link busy, little enough to lose. */
const PARTS_UNDER_WAY = 6;

/** Offers an own picture to a viewer, and sends what the viewer has not got yet when it is accepted. @throws PeerUnreachableError, PeerRefusedError */
export function* sendPicture(context: Context, peers: Peers, peer: Peer, offerId: string): Flow<void> {
  const { clientId, boxKey } = peer.contact;
  const offer = context.model.get('sentOffer', offerId);
  const own = offer && context.model.get('own', offer.imageId);
  const sent = offer && context.model.get('sent', pairKey(offer.imageId, clientId));
  if (offer === undefined || own === undefined || sent === undefined) return; // withdrawn meanwhile
  const { imageId, requestId, views } = offer;
  const { picture, bytes } = yield* context.job('assemble', {
    blob: own.blob,
    grant: sent.grant,
    viewerShare: sent.viewerShare,
  });
  try {
    const body: PeerBodies['image_offer'] = {
      ...(requestId === undefined ? {} : { requestId }),
      imageId,
      views,
      bytes,
      digest: own.digest,
      mime: own.mime,
      grant: sent.grant,
    };
    const ack = yield* peers.tell(peer, { type: 'image_offer', id: offerId, body });
    if (ack.disposition !== 'accepted') return; // it waits for the viewer, who will answer, or is there already
    const from = wholeParts(bytes, ack.from ?? 0);
    const sending = { peer: boxKey, lane: ack.lane, offerId, picture };
    yield* sendParts(context, sending, partsFrom(bytes, from), transferDeadline(context, bytes - from));
    context.report({ kind: 'imageDelivered', to: clientId, imageId });
  } catch (error) {
    if (error instanceof OperationError || error instanceof WaitTimeoutError)
      throw new PeerUnreachableError(clientId, `did not get the picture: ${error.message}`);
    throw error;
  } finally {
    context.release(picture);
  }
}

interface Sending {
  readonly peer: string;
  readonly lane: number | undefined;
  readonly offerId: string;
  readonly picture: BytesHandle;
}

/** In order, some at a time. @throws OperationError, WaitTimeoutError of the first one that fails */
function* sendParts(context: Context, sending: Sending, parts: readonly Part[], deadline: number): Flow<void> {
  const ended = new Mailbox<{ readonly error: unknown }>(context.flows);
  let underWay = 0;
  for (const part of parts) {
    if (underWay === PARTS_UNDER_WAY) {
      yield* oneEnded(ended, deadline);
      underWay--;
    }
    context.flows.spawn(sendPart(context, sending, part, deadline, ended));
    underWay++;
  }
  for (; underWay > 0; underWay--) yield* oneEnded(ended, deadline);
}

function* oneEnded(ended: Mailbox<{ readonly error: unknown }>, deadline: number): Flow<void> {
  const { error } = yield* ended.next(deadline);
  if (error !== undefined) throw error;
}

function* sendPart(
  context: Context,
  { peer, lane, offerId, picture }: Sending,
  { offset, length }: Part,
  deadline: number,
  ended: Mailbox<{ readonly error: unknown }>,
): Flow<void> {
  const part = { id: partId(offerId, offset), bytes: picture, range: { from: offset, to: offset + length } };
  try {
    const transfer = { kind: 'sendTransfer', place: { peer }, lane, purpose: 'image', ...part } as const;
    yield* context.perform<void>(transfer, { deadline });
    ended.post({ error: undefined });
  } catch (error) {
    ended.post({ error });
  }
}
