import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode, spawnNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { decode, samePixels } from '../src/pictures.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('S1 S6 U2 U3 U4 U5 U6 U8 npm start tells the story, and what it claims is so', async (t) => {
  t.timeout(3 * 60_000);
  await using dir = await tempDir();
  const { code, stdout, stderr } = await runNode(MAIN, ['--once'], { cwd: dir.path, timeoutMs: 150_000 });
  t.is(code, 0, stdout + stderr);
  const file = (name: string): Promise<Buffer> => readFile(join(dir.path, 'demo-out', name));
  const report = JSON.parse((await file('report.json')).toString('utf8')) as {
    readonly holds: boolean;
    readonly viewsLeft: readonly { readonly left: number }[];
    readonly facts: readonly { readonly holds: boolean }[];
  };
  t.true(report.holds && report.facts.every(({ holds }) => holds));
  t.deepEqual(
    report.viewsLeft.map(({ left }) => left),
    [3, 2, 1, 0, 10, 6],
  );
  const [original, shown] = [decode(await file('original.png')), decode(await file('shown.png'))];
  t.true(samePixels(original, shown));
  t.false(samePixels(original, decode(await file('default.png'))));
  for (const name of ['cover.png', 'stego.png', 'sent.png']) t.true(decode(await file(name)).width > 100, name);
});

test('npm start that is interrupted takes its servers and its files with it', async (t) => {
  t.timeout(2 * 60_000);
  await using dir = await tempDir();
  await using temporary = await tempDir();
  await using demo = await spawnNode(MAIN, ['--once'], { cwd: dir.path, env: { TMPDIR: temporary.path } });
  await demo.line(/ are up; /, { timeoutMs: 90_000 });
  demo.signal('SIGINT');
  t.deepEqual(await demo.exited, { code: 130, signal: null }, demo.stderr);
  t.deepEqual(await readdir(temporary.path), []);
});
