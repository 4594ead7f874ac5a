import { createHash, randomBytes } from 'node:crypto';
import { compileCover, embed } from '@p2pimg/stego';
import test, { type ExecutionContext } from 'ava';
import { PictureThread, PictureThreadError } from '../../src/node/picture-thread.ts';

const cover = compileCover({ width: 200, height: 200, rgba: new Uint8Array(4 * 200 * 200).fill(255) });

/** A picture, its key, and what the cloud would make of them. */
function hidden(bytes = 500) {
  const [expected, key] = [randomBytes(bytes), randomBytes(32)];
  return { expected, key, stego: embed(cover, expected, { key, mime: 'image/png', fit: 'tile' }) };
}

function open(t: ExecutionContext): PictureThread {
  const thread = new PictureThread();
  t.teardown(() => thread.close());
  return thread;
}

test('S3 G1 M3 pictures that come back are extracted and compared byte for byte in a thread, each by itself', async (t) => {
  const thread = open(t);
  const tasks = Array.from({ length: 12 }, () => hidden());
  const answers = await Promise.all(
    tasks.map(({ stego, key, expected }, i) => {
      if (i === 3) return thread.check({ stego, key: randomBytes(32), expected });
      if (i === 5) return thread.check({ stego, key, expected: expected.subarray(1) });
      if (i === 7) return thread.check({ stego: stego.subarray(0, 100), key, expected });
      return thread.check({ stego, key, expected });
    }),
  );
  t.deepEqual(
    answers.map(({ matches }) => matches),
    tasks.map((_, i) => i !== 3 && i !== 5 && i !== 7),
  );
  const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
  t.is(answers[0]?.digest, sha256(tasks[0]!.stego));
  t.is(answers[7]?.digest, sha256(tasks[7]!.stego.subarray(0, 100)));
});

test('S7 the event loop turns while a large picture is looked into', async (t) => {
  const thread = open(t);
  const task = hidden(3_000_000);
  let turns = 0;
  const turning = setInterval(() => turns++, 1);
  t.true((await thread.check(task)).matches);
  clearInterval(turning);
  t.true(turns > 5, `${turns} turns`);
});

test('M3 a client that is closed looks into nothing any more', async (t) => {
  const thread = open(t);
  const checking = thread.check(hidden());
  await thread.close();
  await t.throwsAsync(checking, { instanceOf: PictureThreadError });
  await t.throwsAsync(thread.check(hidden()), { instanceOf: PictureThreadError });
});
