import { readFile } from 'node:fs/promises';
import type { News } from '@p2pimg/client';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { logNews, openLog } from '../src/log.ts';

const arriving = { kind: 'imageArriving', from: 6, imageId: 'client6-puppy', bytes: 9 } as const;
const NEWS: readonly News[] = [
  { ...arriving, done: 3, resumedFrom: 0 },
  { ...arriving, done: 5, resumedFrom: 5 },
  { kind: 'signedIn', clientId: 1 },
  { kind: 'keyChanged', clientId: 6 },
];

for (const [level, kinds] of [
  ['debug', ['imageArriving', 'imageArriving', 'signedIn', 'keyChanged']],
  ['info', ['imageArriving', 'signedIn', 'keyChanged']],
  ['warn', ['keyChanged']],
  ['error', []],
  ['silent', []],
] as const) {
  test(`C3: the log at level ${level}`, async (t) => {
    const dir = await tempDir();
    t.teardown(dir.remove);
    const log = openLog(dir.path, level);
    for (const news of NEWS) logNews(log, news);
    const lines = (await readFile(dir.at('p2pimg.log'), 'utf8')).split('\n').filter((line) => line !== '');
    t.deepEqual(
      lines.map((line) => (JSON.parse(line) as News).kind),
      [...kinds],
    );
  });
}
