import type { ElectionMessage } from '@p2pimg/election';
import type { ElectionNotice } from '@p2pimg/wire';
import test from 'ava';

/** Compiles only when each type may stand for the other. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

test("E1 W1 the election's messages and those of the wire are the same", (t) => {
  const same: Same<ElectionMessage, ElectionNotice> = true;
  t.true(same);
});
