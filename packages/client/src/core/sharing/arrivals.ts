import type { PeerBodies } from '@p2pimg/wire';
import type { Context } from '../context.ts';
import type { BytesHandle } from '../effects.ts';
import { ClientError, OperationError } from '../errors.ts';
import { type Flow, WaitTimeoutError } from '../flow/flows.ts';
import { Mailbox } from '../flow/mailbox.ts';
import type { GrantFacts } from '../jobs.ts';
import { type ArrivingImage, type Contact, type HeldImage, put, remove } from '../records.ts';
import { remember } from '../remember.ts';
import { partId, partsFrom, transferDeadline, wholeParts } from './parts.ts';
import { left } from './rights.ts';

/** Pictures of which a part is here and waits for the rest; past it the oldest is forgotten. */
const MAX_ARRIVING = 16;

type HeldRights = Pick<HeldImage, 'version' | 'allowed' | 'mode' | 'offlineViews' | 'expiresAt'>;

function rightsOf({ version, allowed, mode, offlineViews, expiresAt }: HeldRights): HeldRights {
  return { version, allowed, mode, offlineViews, expiresAt };
}

/** A picture that this client has agreed to receive. */
export interface Agreed {
  readonly from: Contact;
  readonly offerId: string;
  readonly body: PeerBodies['image_offer'];
  readonly facts: GrantFacts;
}

/** Transfers of one picture's parts, by the part's offset, as they are offered. */
interface Expected {
  readonly lengths: ReadonlyMap<string, number>;
  readonly offered: Map<string, number>;
  /** Told that another part is offered, or that the owner has begun anew. */
  readonly changes: Mailbox<'part' | 'superseded'>;
}

/** Pictures on their way to this client; what was not agreed on is refused. What has arrived of one survives a crash of either side. */
export class Arrivals {
  readonly #context: Context;
  /** By the owner's session key and the offer's id. */
  readonly #expected = new Map<string, Expected>();
  readonly #images = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
  }

  isArriving(imageId: string): boolean {
    return this.#images.has(imageId);
  }

  /** True when that part was agreed on, size included. */
  offered(peer: string, transfer: { readonly transfer: number; readonly id: string; readonly size: number }): boolean {
    for (const [key, expected] of this.#expected) {
      if (!key.startsWith(`${peer} `) || expected.lengths.get(transfer.id) !== transfer.size) continue;
      if (expected.offered.has(transfer.id)) return false;
      expected.offered.set(transfer.id, transfer.transfer);
      expected.changes.post('part');
      return true;
    }
    return false;
  }

  /** The owner makes the same offer again: it has lost the thread, and nothing more comes of the first one. */
  supersede(peer: string, offerId: string): void {
    this.#expected.get(`${peer} ${offerId}`)?.changes.post('superseded');
  }

  /**
   * Opens a lane, tells by `ready` which one and how much is here already, and receives, checks and keeps the picture.
   * @throws ClientError `transfer_failed`, `rights_invalid`, `store_failed`
   */
  *receive(agreed: Agreed, ready: (lane: number, from: number) => void): Flow<void> {
    const { from, offerId, body } = agreed;
    const place = { peer: from.boxKey };
    this.#images.add(body.imageId);
    try {
      const arriving = yield* this.#begin(agreed);
      const { bytes: there } = yield* this.#context.job('blobLength', { blob: arriving.blob });
      const start = wholeParts(body.bytes, there);
      const deadline = this.#context.now + this.#context.settings.peerAckMs;
      const lane = yield* this.#context.perform<number>({ kind: 'openLane', place }, { deadline });
      const key = `${from.boxKey} ${offerId}`;
      const expected = this.#expect(offerId, body.bytes, start);
      this.#expected.set(key, expected);
      try {
        ready(lane, start);
        yield* this.#takeParts(agreed, arriving, start, expected);
        yield* this.#keep(agreed, arriving);
      } finally {
        this.#expected.delete(key);
        for (const transfer of expected.offered.values()) this.#context.emit({ kind: 'refuseTransfer', transfer });
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

  /** The file for a picture: the one that has its first bytes, or a new one. */
  *#begin({ from, body }: Agreed): Flow<ArrivingImage> {
    const context = this.#context;
    const { imageId, bytes, digest, grant } = body;
    const before = context.model.get('arriving', imageId);
    const same =
      before?.ownerId === from.clientId && before.bytes === bytes && before.digest === digest && before.grant === grant;
    if (same) return before;
    const { blob } = yield* context.job('startBlob', {});
    const arriving: ArrivingImage = { imageId, ownerId: from.clientId, blob, bytes, digest, grant };
    const surplus = context.model.all('arriving').filter((each) => !this.#images.has(each.imageId));
    const forgotten = context.model.size('arriving') < MAX_ARRIVING ? [] : surplus.slice(0, 1);
    yield* context.commit(
      put('arriving', imageId, arriving),
      ...forgotten.map((each) => remove('arriving', each.imageId)),
    );
    for (const each of [...forgotten, ...(before === undefined ? [] : [before])])
      yield* context.job('dropBlob', { blob: each.blob });
    return arriving;
  }

  #expect(offerId: string, bytes: number, start: number): Expected {
    const parts = partsFrom(bytes, start).map(({ offset, length }) => [partId(offerId, offset), length] as const);
    return { lengths: new Map(parts), offered: new Map(), changes: new Mailbox(this.#context.flows) };
  }

  *#takeParts({ from, offerId, body }: Agreed, { blob }: ArrivingImage, start: number, expected: Expected): Flow<void> {
    const context = this.#context;
    const { imageId, bytes } = body;
    const deadline = transferDeadline(context, bytes - start);
    const told = { kind: 'imageArriving', from: from.clientId, imageId, bytes, resumedFrom: start } as const;
    if (start > 0) context.report({ ...told, done: start });
    for (const { offset, length } of partsFrom(bytes, start)) {
      const transfer = yield* this.#nextOffered(partId(offerId, offset), expected);
      const onProgress = (done: number): void => context.report({ ...told, done: offset + done });
      const part = yield* context.perform<BytesHandle>({ kind: 'acceptTransfer', transfer }, { onProgress, deadline });
      try {
        yield* context.job('writePart', { blob, offset, bytes: part });
      } finally {
        context.release(part);
      }
      // Also of a part that was here before it was its turn, which tells nothing on the way.
      context.report({ ...told, done: offset + length });
    }
  }

  *#nextOffered(id: string, { offered, changes }: Expected): Flow<number> {
    const deadline = this.#context.now + this.#context.settings.transferStartMs;
    for (;;) {
      const transfer = offered.get(id);
      offered.delete(id);
      if (transfer !== undefined) return transfer;
      if ((yield* changes.next(deadline)) === 'superseded')
        throw new ClientError('transfer_failed', 'the owner has begun to send it anew');
    }
  }

  *#keep({ from, offerId, body, facts }: Agreed, { blob }: ArrivingImage): Flow<void> {
    const context = this.#context;
    const { imageId, digest, mime, bytes } = body;
    const checked = yield* context.job('checkReceived', { blob, digest, grant: body.grant });
    if (!checked.genuine) {
      yield* context.commit(remove('arriving', imageId));
      yield* context.job('dropBlob', { blob });
      throw new ClientError('rights_invalid', 'the picture is not the one that was offered');
    }
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
        remove('arriving', imageId),
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
  }
}
