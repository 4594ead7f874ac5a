/** Refusals that wait for somebody who was offline (SPEC D4), and the acknowledgement of all that waits. */

import { DeniedError, NotFoundError } from '../errors.ts';
import type { Notice, Pending } from '../interface.ts';
import { MAX_MAILBOX, MAX_MAILBOX_PER_SENDER } from '../limits.ts';
import type { Engine, Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed } from './claim.ts';
import { acknowledgeGrants, pendingGrants } from './grants.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';

/** The receiver, how full its mailbox is, and whether the notice is there. No row when the receiver does not exist. */
const selectMailbox = statement<{ toId: number; fromId: number; noticeId: Uint8Array }>()((db, p) =>
  db
    .selectFrom('clients')
    .select((eb) => [
      eb
        .selectFrom('notices')
        .select((count) => count.fn.countAll<number>().as('n'))
        .where('to_id', '=', p.toId)
        .where('acked_at', 'is', null)
        .as('waiting'),
      eb
        .selectFrom('notices')
        .select((count) => count.fn.countAll<number>().as('n'))
        .where('to_id', '=', p.toId)
        .where('from_id', '=', p.fromId)
        .where('acked_at', 'is', null)
        .as('of_sender'),
      eb
        .selectFrom('notices')
        .select('left_at')
        .where('to_id', '=', p.toId)
        .where('from_id', '=', p.fromId)
        .where('notice_id', '=', p.noticeId)
        .as('present'),
    ])
    .where('id', '=', p.toId),
);

const insertNotice = statement<{
  toId: number;
  fromId: number;
  noticeId: Uint8Array;
  kind: string;
  imageId: string;
}>()((db, p, { now }) =>
  db.insertInto('notices').values({
    to_id: p.toId,
    from_id: p.fromId,
    notice_id: p.noticeId,
    kind: p.kind as never,
    image_id: p.imageId,
    left_at: now,
  }),
);

const acknowledgeNotice = statement<{ toId: number; noticeId: Uint8Array }>()((db, p, { now }) =>
  db
    .updateTable('notices')
    .set({ acked_at: now })
    .where('to_id', '=', p.toId)
    .where('notice_id', '=', p.noticeId)
    .where('acked_at', 'is', null),
);

const selectPendingNotices = statement<{ toId: number; limit: number }>()((db, p) =>
  db
    .selectFrom('notices')
    .select(['notice_id', 'from_id', 'kind', 'image_id'])
    .where('to_id', '=', p.toId)
    .where('acked_at', 'is', null)
    .orderBy('left_at')
    .orderBy('notice_id')
    .limit(p.limit),
);

export function leaveNotice(engine: Engine, call: Call<'leaveNotice'>): Answer<'leaveNotice'> {
  return claimed(engine, 'leaveNotice', call.claim, async (session) => {
    const { toId, fromId, noticeId, kind, imageId } = call;
    const mailbox = await session.first(selectMailbox, { toId, fromId, noticeId });
    if (mailbox === undefined) return { refusal: new NotFoundError('client') };
    if (mailbox.present !== null) return { value: {} };
    // Several at the same moment may pass the limit by their number: it only bounds memory.
    if (Number(mailbox.waiting) >= MAX_MAILBOX || Number(mailbox.of_sender) >= MAX_MAILBOX_PER_SENDER) {
      return { refusal: new DeniedError('mailbox_full', 'too many notices wait for the receiver') };
    }
    await session.write(insertNotice, { toId, fromId, noticeId, kind, imageId });
    return { value: {} };
  });
}

export function acknowledge(engine: Engine, call: Call<'acknowledge'>): Answer<'acknowledge'> {
  return claimed(engine, 'acknowledge', call.claim, async (session) => {
    await acknowledgeGrants(session, call.clientId, call.grants);
    for (const noticeId of call.notices) await session.change(acknowledgeNotice, { toId: call.clientId, noticeId });
    return { value: {} };
  });
}

export function pending(engine: Engine, { clientId, limit }: Call<'pending'>): Answer<'pending'> {
  return engine.read(async (session): Promise<Pending> => {
    const grants = await pendingGrants(session, clientId, limit + 1);
    const room = limit - grants.length;
    if (room < 0) return { grants: grants.slice(0, limit), notices: [], more: true };
    const notices = await pendingNotices(session, clientId, room + 1);
    return { grants, notices: notices.slice(0, room), more: notices.length > room };
  });
}

async function pendingNotices(session: Session, toId: number, limit: number): Promise<Notice[]> {
  const rows = await session.rows(selectPendingNotices, { toId, limit });
  return rows.map((row) => ({
    noticeId: plainBytes(row.notice_id),
    fromId: row.from_id,
    kind: row.kind,
    imageId: row.image_id,
  }));
}
