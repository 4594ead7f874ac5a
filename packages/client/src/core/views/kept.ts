import type { Context } from '../context.ts';
import type { Flow } from '../flow/flows.ts';
import type { Outbox } from '../peers/outbox.ts';
import { type HeldImage, put, remove } from '../records.ts';
import { remember } from '../remember.ts';
import { peerEntry } from '../sharing/grants.ts';
import { left } from '../sharing/rights.ts';

/** Keeps the count of a view that is spent, and a receipt for the owner in place of an older one that has not gone yet. */
export function* keepSpent(context: Context, outbox: Outbox, held: HeldImage, receipt: string): Flow<void> {
  const { imageId, ownerId } = held;
  const entry = peerEntry(context, ownerId, { type: 'view_receipt', body: { imageId, receipt } });
  const older = context.model
    .all('outbox')
    .filter(({ to, message }) => to === ownerId && message.type === 'view_receipt' && message.body.imageId === imageId);
  yield* context.commit(
    put('held', imageId, held),
    put('outbox', entry.id, entry),
    ...older.map(({ id }) => remove('outbox', id)),
    ...remember(context, { what: 'viewed', imageId, peer: ownerId, views: left(held) }),
  );
  outbox.kick(ownerId);
}
