import type { PeerBodies } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import type { BytesHandle } from '../effects.ts';
import { ClientError, OperationError, PeerUnreachableError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import type { GrantFacts } from '../jobs.ts';
import type { Peer } from '../peers/address-book.ts';
import type { Peers } from '../peers/peers.ts';
import { type Contact, type HeldImage, pairKey, put, remove } from '../records.ts';
import { remember } from '../remember.ts';
import { left } from './rights.ts';

/** Offers an own picture to a viewer, and sends it when it is accepted. @throws PeerUnreachableError, PeerRefusedError */
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
    const place = { peer: boxKey };
    yield* context.perform<void>(
      { kind: 'sendTransfer', place, lane: ack.lane, id: offerId, purpose: 'image', bytes: picture },
      { deadline: transferDeadline(context, bytes) },
    );
    context.report({ kind: 'imageDelivered', to: clientId, imageId });
  } catch (error) {
    if (error instanceof OperationError || error instanceof WaitTimeoutError)
      throw new PeerUnreachableError(clientId, `did not get the picture: ${error.message}`);
    throw error;
  } finally {
    context.release(picture);
  }
}

/** Bytes per ms below which a transfer is given up: 8 KB/s. */
const SLOWEST = 8;

function transferDeadline({ now, settings }: Context, bytes: number): number {
  return now + settings.transferStartMs + bytes / SLOWEST;
}

type HeldRights = Pick<HeldImage, 'version' | 'allowed' | 'mode' | 'offlineViews' | 'expiresAt'>;

function rightsOf({ version, allowed, mode, offlineViews, expiresAt }: HeldRights): HeldRights {
  return { version, allowed, mode, offlineViews, expiresAt };
}

interface Arriving {
  readonly size: number;
  /** Waits for the number of the transfer. */
  readonly token: number;
}

/** A picture that this client has agreed to receive. */
export interface Agreed {
  readonly from: Contact;
  readonly offerId: string;
  readonly body: PeerBodies['image_offer'];
  readonly facts: GrantFacts;
}

/** Pictures on their way to this client; what was not agreed on is refused. */
export class Arrivals {
  readonly #context: Context;
  readonly #arriving = new Map<string, Arriving>();
  readonly #images = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  isArriving(imageId: string): boolean {
    return this.#images.has(imageId);
  }

  /** True when it was agreed on, size included. */
  offered(peer: string, transfer: { readonly transfer: number; readonly id: string; readonly size: number }): boolean {
    const arriving = this.#arriving.get(`${peer} ${transfer.id}`);
    return (
      arriving !== undefined &&
      arriving.size === transfer.size &&
      this.#context.flows.settle(arriving.token, transfer.transfer)
    );
  }

  /**
   * Opens a lane, tells it by `ready`, and receives, checks and keeps the picture.
   * @throws ClientError `transfer_failed`, `rights_invalid`, `store_failed`
   */
  *receive(agreed: Agreed, ready: (lane: number) => void): Flow<void> {
    const { from, offerId, body } = agreed;
    const place = { peer: from.boxKey };
    this.#images.add(body.imageId);
    try {
      const deadline = this.#context.now + this.#context.settings.peerAckMs;
      const lane = yield* this.#context.perform<number>({ kind: 'openLane', place }, { deadline });
      try {
        const token = this.#context.flows.token();
        this.#arriving.set(`${from.boxKey} ${offerId}`, { size: body.bytes, token });
        ready(lane);
        const picture = yield* this.#take(agreed, token);
        yield* this.#keep(agreed, picture);
      } finally {
        this.#arriving.delete(`${from.boxKey} ${offerId}`);
        this.#context.emit({ kind: 'closeLane', place, lane });
      }
    } catch (error) {
      if (error instanceof OperationError || error instanceof WaitTimeoutError) {
        throw new ClientError('transfer_failed', `the picture did not arrive: ${error.message}`, { cause: error });
      }
      throw error;
    } finally {
      this.#images.delete(body.imageId);
    }
  }

  *#take({ from, body: { imageId, bytes } }: Agreed, token: number): Flow<BytesHandle> {
    const context = this.#context;
    const transfer = yield* context.flows.wait<number>(token, context.now + context.settings.transferStartMs);
    const onProgress = (done: number): void =>
      context.report({ kind: 'imageArriving', from: from.clientId, imageId, bytes, done });
    return yield* context.perform<BytesHandle>(
      { kind: 'acceptTransfer', transfer },
      { onProgress, deadline: transferDeadline(context, bytes) },
    );
  }

  *#keep({ from, offerId, body, facts }: Agreed, picture: BytesHandle): Flow<void> {
    const context = this.#context;
    const { imageId, digest, mime, bytes } = body;
    try {
      const checked = yield* context.job('checkReceived', { picture, digest, grant: body.grant });
      if (!checked.genuine) throw new ClientError('rights_invalid', 'the picture is not the one that was offered');
      const { blob } = yield* context.job('saveBlob', { bytes: picture });
      yield* context.locks.hold(`held ${imageId}`, function* () {
        const before = context.model.get('held', imageId);
        // Rights that came by the directory while the picture was on its way are newer than the offer's.
        const newer = before !== undefined && before.version >= facts.version;
        const held: HeldImage = {
          imageId,
          ownerId: from.clientId,
          blob,
          bytes,
          mime,
          digest,
          grantId: facts.grantId,
          grant: newer ? before.grant : body.grant,
          ...rightsOf(newer ? before : facts),
          used: Math.max(checked.used, before?.used ?? 0),
          offlineLeft: checked.offlineLeft,
          deniedVersion: undefined,
          receivedAt: context.now,
          viewedAt: before?.viewedAt,
        };
        const asked = body.requestId === undefined ? undefined : context.model.get('asked', body.requestId);
        const offer = context.model.get('offer', offerId);
        yield* context.commit(
          put('held', imageId, held),
          ...(asked === undefined ? [] : [put('asked', asked.id, { ...asked, state: 'approved' })]),
          ...(offer === undefined ? [] : [remove('offer', offerId)]),
          ...remember(context, { what: 'received', imageId, peer: from.clientId, views: body.views }),
        );
        const old = before?.blob;
        if (old !== undefined && old !== blob) yield* context.job('dropBlob', { blob: old });
        context.report({
          kind: 'imageArrived',
          from: from.clientId,
          imageId,
          views: left(held),
        });
      });
    } finally {
      context.release(picture);
    }
  }
}
