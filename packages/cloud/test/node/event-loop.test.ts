import { createHash, randomBytes } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { extract } from '@p2pimg/stego';
import { encodeUpload } from '@p2pimg/wire';
import test from 'ava';
import type { OperationResult } from '../../src/core/events.ts';
import { Jobs } from '../../src/node/jobs.ts';

const SOURCES = fileURLToPath(new URL('../../src/', import.meta.url));
const PICTURE_BYTES = 6_000_000;

/** Turns that the event loop makes until the work has ended. A loop that does the work itself makes one or two. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let ended = false;
  void work.finally(() => {
    ended = true;
  });
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    turns++;
  }
  return turns;
}

test('S7 while large pictures are hidden the event loop of the sockets keeps turning', async (t) => {
  const jobs = new Jobs({ clusterKeys: [], covers: { covers: [], defaultCover: 'hills' }, threads: 1 });
  t.teardown(() => jobs.close());
  t.true((await turnsDuring(jobs.prepare())) > 10);

  const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), randomBytes(PICTURE_BYTES)]);
  const digest = createHash('sha256').update(picture).digest('hex');
  const contentKey = randomBytes(32);
  const upload = encodeUpload({ contentKey, picture });
  const work = new Promise<OperationResult>((ended) => {
    jobs.begin({ kind: 'encode', upload, digest, mime: 'image/jpeg', cover: undefined }, ended);
  });
  const turns = await turnsDuring(work);
  t.true(turns > 20, `${turns} turns`);

  const result = await work;
  if (!result.ok) return t.fail(result.failure.message);
  const { picture: stego } = result.value as { readonly picture: Uint8Array };
  t.true(picture.equals(extract(stego, { key: contentKey }).payload));
});

test('S7 only the thread for pictures loads the code that works on them', (t) => {
  const loading = globSync('**/*.ts', { cwd: SOURCES }).filter((file) =>
    /^import (?!type)[^;]*from '@p2pimg\/stego'/m.test(readFileSync(join(SOURCES, file), 'utf8')),
  );
  t.deepEqual(loading.sort(), ['node/cover-sizes.ts', 'node/encode-worker.ts']);
  const importing = globSync('**/*.ts', { cwd: SOURCES }).filter((file) =>
    /from '\.\/(cover-sizes|encode-worker)\.ts'/.test(readFileSync(join(SOURCES, file), 'utf8')),
  );
  t.deepEqual(importing, ['node/encode-worker.ts']);
});
