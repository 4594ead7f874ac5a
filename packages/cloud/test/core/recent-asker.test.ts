import test from 'ava';
import { recentAskerOf } from '../../src/core/procedures/asker.ts';
import type { Context, RecentAsker } from '../../src/core/procedures/procedure.ts';

/** Runs it with a directory that knows that client, or none; returns the id, and whether the directory was asked. */
function look(recent: RecentAsker, wallMs: number, clientId: number | undefined) {
  const context = { clientKey: new Uint8Array(32), wallMs, recent } as unknown as Context;
  const procedure = recentAskerOf(context);
  const step = procedure.next();
  if (step.done) return { id: step.value.clientId, asked: false };
  const found = procedure.next(clientId === undefined ? undefined : { clientId });
  return { id: found.done ? found.value.clientId : undefined, asked: true };
}

test('S3 who hides pictures one after the other is looked up once a second, and a stranger each time', (t) => {
  const recent: RecentAsker = { clientId: undefined, askedAt: 0 };
  t.throws(() => look(recent, 10_000, undefined), { message: /no registered client/ });
  t.throws(() => look(recent, 10_001, undefined), { message: /no registered client/ });
  t.deepEqual(look(recent, 10_002, 6), { id: 6, asked: true });
  t.deepEqual(look(recent, 11_001, 7), { id: 6, asked: false });
  t.deepEqual(look(recent, 11_002, 7), { id: 7, asked: true });
  // A clock that was set back does not prolong it.
  t.deepEqual(look(recent, 5_000, 8), { id: 8, asked: true });
});
