import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateClientKeys, nodeSuite, writeClientKeys } from '@p2pimg/identity';
import { type Finished, runProcess, type TempDir, tempDir } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import { readBackup } from '../../src/backup/archive.ts';

const TRAP = new URL('../support/disk-steps.ts', import.meta.url).href;
const PROGRAM = fileURLToPath(new URL('../support/backup-program.ts', import.meta.url));
const secret = { passphrase: 'correct horse', signal: new AbortController().signal };
const PICTURE = 'pictures/0123456789abcdef.png';

function run(args: readonly string[], killAt?: number): Promise<Finished> {
  const env = { P2PIMG_KILL_AT: killAt === undefined ? undefined : String(killAt) };
  return runProcess(process.execPath, ['--conditions=@p2pimg/source', '--import', TRAP, PROGRAM, ...args], { env });
}

/** A profile in `me`, its keys in `keys.json`, and an empty folder `out`. */
async function prepared(t: ExecutionContext): Promise<TempDir> {
  t.timeout(240_000); // a program for each step
  const dir = await tempDir();
  t.teardown(dir.remove);
  await mkdir(dir.at('me', 'pictures'), { recursive: true });
  await mkdir(dir.at('out'));
  await writeFile(dir.at('me', 'journal'), 'the journal');
  await writeFile(dir.at('me', PICTURE), Buffer.alloc(100_000, 7));
  await writeClientKeys(dir.at('keys.json'), generateClientKeys(nodeSuite).keys);
  return dir;
}

/** Kills the program before each of its steps, until it lives to its end; returns the steps that it then took. */
async function killedAtEach(
  t: ExecutionContext,
  args: readonly string[],
  look: (label: string) => Promise<void>,
): Promise<readonly string[]> {
  for (let at = 1; at < 200; at++) {
    const said = await run(args, at);
    if (said.signal !== 'SIGKILL') {
      t.is(said.code, 0, said.stderr);
      t.true(at > 8, `${at} steps`);
      return JSON.parse(said.stdout) as readonly string[];
    }
    await look(`killed before step ${at}`);
  }
  throw new Error('it never ended');
}

/** In that order, whatever is between. */
function inOrder(t: ExecutionContext, steps: readonly string[], ...wanted: readonly RegExp[]): void {
  let from = 0;
  for (const pattern of wanted) {
    const found = steps.findIndex((step, i) => i >= from && pattern.test(step));
    t.true(found >= from, `${pattern} is missing after step ${from} in\n${steps.join('\n')}`);
    from = found + 1;
  }
}

test('N10: a backup that is killed at any step is there whole or not at all, and the next one leaves nothing of it', async (t) => {
  const dir = await prepared(t);
  const args = ['write', dir.at('out', 'b'), dir.at('me'), dir.at('keys.json')];
  const steps = await killedAtEach(t, args, async (label) => {
    if (!(await readdir(dir.at('out'))).includes('b')) return;
    await readBackup(dir.at('out', 'b'), dir.at('again'), secret);
    t.is(await readFile(dir.at('again', 'journal'), 'utf8'), 'the journal', label);
    t.is((await stat(dir.at('out', 'b'))).mode & 0o777, 0o600);
    await rm(dir.at('again'), { recursive: true });
    await rm(dir.at('out', 'b'));
  });
  t.deepEqual(await readdir(dir.at('out')), ['b']);
  inOrder(t, steps, /^open .*partial/, /^writeFile .*partial/, /^sync .*partial/, /^link .*partial/, /^sync .*out$/);
});

test('N10: a restore that is killed at any step leaves a whole profile or none, and the next one leaves nothing of it', async (t) => {
  const dir = await prepared(t);
  await run(['write', dir.at('b'), dir.at('me'), dir.at('keys.json')]);
  const args = ['restore', dir.at('b'), dir.at('out', 'again')];
  const whole = async (label: string): Promise<void> => {
    t.deepEqual((await readdir(dir.at('out', 'again'))).sort(), ['journal', 'pictures'], label);
    t.is((await stat(dir.at('out', 'again', PICTURE))).size, 100_000, label);
  };
  const steps = await killedAtEach(t, args, async (label) => {
    if (!(await readdir(dir.at('out'))).includes('again')) return;
    await whole(label);
    await rm(dir.at('out', 'again'), { recursive: true });
  });
  await whole('at last');
  t.deepEqual(await readdir(dir.at('out')), ['again']);
  inOrder(t, steps, /^sync .*journal$/, /^rename .*restoring/, /^sync .*out$/);
  inOrder(t, steps, /^sync .*\.png$/, /^sync .*pictures$/, /^sync .*restoring-\d+$/, /^rename /);

  await copyFile(dir.at('b'), dir.at('bad'));
  await writeFile(dir.at('bad'), Buffer.alloc(1), { flag: 'r+' });
  t.not((await run(['restore', dir.at('bad'), dir.at('out', 'other')])).code, 0);
  t.deepEqual(await readdir(dir.at('out')), ['again'], 'of one that fails nothing stays');
});
