/** The failure token (SPEC E6): one row, taken by a conditional update on the directory's clock. */

import type { TokenRow } from '../interface.ts';
import type { Engine, Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import type { Answer, Call } from './types.ts';

const NAME = 'failure';

const advance = statement<{ name: string; holder: string; turn: number; holdMs: number }>()((db, p, { now }) =>
  db
    .updateTable('token')
    .set((eb) => ({ turn: eb('turn', '+', 1), holder: p.holder, held_until: eb(now, '+', p.holdMs) }))
    .where('name', '=', p.name)
    .where('turn', '=', p.turn)
    .where('held_until', '<=', now),
);

const insertToken = statement<{ name: string; holder: string; holdMs: number }>()((db, p, { now }) =>
  db.insertInto('token').values((eb) => ({
    name: p.name,
    turn: 1,
    holder: p.holder,
    held_until: eb(now, '+', p.holdMs),
  })),
);

const selectToken = statement<{ name: string }>()((db, p, { now }) =>
  db
    .selectFrom('meta')
    .leftJoin('token', (join) => join.on('name', '=', p.name))
    .select(['turn', 'holder', 'held_until', now.as('at')]),
);

/** The first one ever is taken from turn 0. */
export function takeToken(engine: Engine, call: Call<'takeToken'>): Answer<'takeToken'> {
  return engine.apart(async (session) => {
    const { holder, turn, holdMs } = call;
    if ((await session.change(advance, { name: NAME, holder, turn, holdMs })) === 0 && turn === 0) {
      await session.write(insertToken, { name: NAME, holder, holdMs });
    }
    const { row, now } = await read(session);
    const current = row ?? { turn: 0, holder: '', until: 0 };
    // Read off the row, not off the update: after a lost answer the update runs again and finds its own work.
    const taken = current.turn === turn + 1 && current.holder === holder && current.until > now;
    return { taken, row: current, now };
  });
}

export function readToken(engine: Engine, _call: Call<'readToken'>): Answer<'readToken'> {
  return engine.read(read);
}

async function read(session: Session): Promise<{ readonly row: TokenRow | undefined; readonly now: number }> {
  const found = await session.first(selectToken, { name: NAME });
  if (found === undefined) throw new Error('the table meta is empty');
  const { turn, holder, held_until: until, at: now } = found;
  return { row: turn === null || holder === null || until === null ? undefined : { turn, holder, until }, now };
}
