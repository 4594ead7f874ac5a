import { MAX_NOTICES, type RequestNotice } from '@p2pimg/wire';
import test from 'ava';
import fc from 'fast-check';
import { NoticeBatches } from '../../src/core/notice-batches.ts';

const noticeOf = (attempt: number): RequestNotice => ({ type: 'handling', id: 'ab'.repeat(16), attempt });

test('E1 E5 each peer gets all its notices, in order, in as few messages as hold them', (t) => {
  const groups: fc.Arbitrary<readonly string[]> = fc.constantFrom(['s2', 's3'], ['s3'], ['s2']);
  fc.assert(
    fc.property(fc.array(groups, { maxLength: 300 }), (told) => {
      const batches = new NoticeBatches();
      for (const [i, to] of told.entries()) batches.add(to, noticeOf(i));
      const taken = batches.take();
      t.true(batches.isEmpty);
      for (const peer of ['s2', 's3']) {
        const got = taken.flatMap(({ to, message }) => (to.includes(peer) ? message.notices : []));
        const expected = told.flatMap((to, i) => (to.includes(peer) ? [noticeOf(i)] : []));
        t.deepEqual(got, expected);
      }
      t.true(taken.every(({ message }) => message.notices.length > 0 && message.notices.length <= MAX_NOTICES));
    }),
    { numRuns: 200 },
  );
  const batches = new NoticeBatches();
  for (let i = 0; i < MAX_NOTICES + 1; i++) batches.add(['s2', 's3'], noticeOf(i));
  t.deepEqual(
    batches.take().map(({ message }) => message.notices.length),
    [MAX_NOTICES, 1],
  );
});
