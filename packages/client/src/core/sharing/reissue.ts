import type { Context } from '../context.ts';
import { ClientError, type ClientErrorCode } from '../errors.ts';
import type { Flow } from '../flow/flows.ts';
import type { AddressBook } from '../peers/address-book.ts';
import { type Change, type OutboxEntry, pairKey, put, type SentGrant } from '../records.ts';
import { grantChanges, nextGrant, peerEntry } from './grants.ts';
import type { Newest } from './newest.ts';

/** Where rights are signed anew from. */
export interface Signing {
  readonly context: Context;
  readonly book: AddressBook;
  readonly newest: Newest;
}

/** The rights of a pair in a next version, signed with the keys of now; told in what waits for the viewer already, or in a message of its own. */
export function reissue(signing: Signing, { imageId, viewerId }: SentGrant): Flow<void> {
  const { context, newest } = signing;
  return context.locks.hold(`sent ${pairKey(imageId, viewerId)}`, function* () {
    const before = yield* newest.of(imageId, viewerId);
    if (before === undefined) return;
    const sent = yield* signedAnew(signing, before, before.version);
    if (sent === undefined) return;
    yield* context.commit(...grantChanges(context, sent).changes, ...telling(context, sent));
  });
}

/**
 * The rights of a pair above a version that the directory has; the caller publishes them. False when they stay as they are.
 * @throws CloudUnreachableError, CloudRefusedError: what stands there must be known first
 */
export function reissueAbove(signing: Signing, before: SentGrant, version: number): Flow<boolean> {
  const { context, newest } = signing;
  const { imageId, viewerId } = before;
  const key = pairKey(imageId, viewerId);
  return context.locks.hold(`sent ${key}`, function* () {
    const remembered = context.model.get('sent', key) ?? before;
    if (remembered.version > version) return true; // decided anew meanwhile
    newest.doubt(imageId, viewerId);
    const known = (yield* newest.learned(imageId, viewerId)) ?? remembered;
    const sent = yield* signedAnew(signing, known, version);
    if (sent === undefined) return false;
    yield* context.commit(put('sent', key, sent), ...telling(context, sent));
    return true;
  });
}

/** Nothing can stand above the last version, and the directory knows no keys of that viewer: such a pair stays as it is, and stops no other. */
const PAIR_STAYS: ReadonlySet<ClientErrorCode> = new Set(['rights_invalid', 'peer_unknown']);

function* signedAnew({ context, book }: Signing, before: SentGrant, above: number): Flow<SentGrant | undefined> {
  const { imageId, viewerId, allowed } = before;
  const own = context.model.get('own', imageId);
  if (own === undefined) return undefined;
  try {
    return yield* nextGrant(context, book, own, { viewerId, before, allowed, above });
  } catch (error) {
    if (!(error instanceof ClientError && PAIR_STAYS.has(error.code))) throw error;
    context.trouble(`signing the rights of client ${viewerId} on ${imageId} anew`, error);
    return undefined;
  }
}

function telling(context: Context, { imageId, viewerId, grant }: SentGrant): readonly Change[] {
  const waiting = context.model.all('outbox').flatMap((entry) => {
    const renewed = entry.to === viewerId ? withGrant(entry, imageId, grant) : undefined;
    return renewed === undefined ? [] : [put('outbox', renewed.id, renewed)];
  });
  if (waiting.length > 0) return waiting;
  const update = { type: 'update_access_request', body: { imageId, view_delta: 0, grant } } as const;
  const entry = peerEntry(context, viewerId, update);
  return [put('outbox', entry.id, entry)];
}

function withGrant(entry: OutboxEntry, imageId: string, grant: string): OutboxEntry | undefined {
  if (entry.to === 'cloud') return undefined;
  const { message } = entry;
  switch (message.type) {
    case 'increase_approved':
      return message.body.imageId !== imageId
        ? undefined
        : { ...entry, message: { ...message, body: { ...message.body, grant } } };
    case 'update_access_request':
      return message.body.imageId !== imageId
        ? undefined
        : { ...entry, message: { ...message, body: { ...message.body, grant } } };
    default:
      return undefined;
  }
}
