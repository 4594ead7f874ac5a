/** Signed in, until when and where: leases on the directory's clock (SPEC D2, D6). */

import { ConflictError, NotFoundError } from '../errors.ts';
import type { Engine } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed } from './claim.ts';
import type { Answer, Call } from './types.ts';

const enter = statement<{
  id: number;
  counter: number;
  host: string;
  port: number;
  visibility: string;
  leaseMs: number;
}>()((db, p, { now }) =>
  db
    .updateTable('clients')
    .set((eb) => ({
      status: 'online',
      session_counter: p.counter,
      host: p.host,
      port: p.port,
      visibility: p.visibility as never,
      lease_until: eb(now, '+', p.leaseMs),
    }))
    .where('id', '=', p.id)
    .where('session_counter', '<', p.counter),
);

const leave = statement<{ id: number; counter: number }>()((db, p) =>
  db.updateTable('clients').set({ status: 'offline' }).where('id', '=', p.id).where('session_counter', '=', p.counter),
);

/** A lapsed lease is renewed too, as long as no other session has begun: the directory itself may have been away. */
const prolong = statement<{ id: number; counter: number; leaseMs: number }>()((db, p, { now }) =>
  db
    .updateTable('clients')
    .set((eb) => ({ lease_until: eb(now, '+', p.leaseMs) }))
    .where('id', '=', p.id)
    .where('session_counter', '=', p.counter)
    .where('status', '=', 'online'),
);

const currentSession = statement<{ id: number }>()((db, p) =>
  db.selectFrom('clients').select(['session_counter', 'lease_until']).where('id', '=', p.id),
);

export function signIn(engine: Engine, call: Call<'signIn'>): Answer<'signIn'> {
  return claimed(engine, 'signIn', call.claim, async (session) => {
    const { clientId: id, counter, address, visibility, leaseMs } = call;
    const entered = await session.change(enter, { id, counter, ...address, visibility, leaseMs });
    const current = await session.first(currentSession, { id });
    if (current === undefined) return { refusal: new NotFoundError('client') };
    if (entered === 0) {
      return { refusal: new ConflictError('stale_counter', 'a session with this or a higher counter has begun') };
    }
    return { value: { leaseUntil: current.lease_until } };
  });
}

export function shutdown(engine: Engine, call: Call<'shutdown'>): Answer<'shutdown'> {
  return claimed(engine, 'shutdown', call.claim, async (session) => {
    const { clientId: id, counter } = call;
    const offline = (await session.change(leave, { id, counter })) > 0;
    const exists = offline || (await session.first(currentSession, { id })) !== undefined;
    return exists ? { value: { offline } } : { refusal: new NotFoundError('client') };
  });
}

export function renewLease(engine: Engine, call: Call<'renewLease'>): Answer<'renewLease'> {
  return engine.apart(async (session) => {
    const { clientId: id, counter, leaseMs } = call;
    const renewed = (await session.change(prolong, { id, counter, leaseMs })) > 0;
    const current = await session.first(currentSession, { id });
    return { renewed, leaseUntil: current?.lease_until ?? 0 };
  });
}
