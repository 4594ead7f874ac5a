import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { LedgerFile } from '../../src/index.ts';
import { type Acknowledged, first, TELLING_TIME } from './story.ts';

const CHILD = fileURLToPath(new URL('crash-child.ts', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'p2pimg-crash-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

/** A line of the child's output: it touches the disk, it has acknowledged a change, it is done. */
type Line = { readonly step: string } | { readonly acknowledged: Acknowledged } | { readonly end: number };

interface Ending {
  readonly lines: readonly Line[];
  readonly acknowledged: readonly Acknowledged[];
  /** Steps of the whole story; undefined when it was cut short. */
  readonly steps: number | undefined;
}

function run(path: string, killBefore: number): Ending {
  const args = ['--conditions=@p2pimg/source', CHILD, path, String(killBefore)];
  // Compiled once, the program starts in two thirds of the time.
  const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, 'compiled') };
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, args, { encoding: 'utf8', env });
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr);
  const lines = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
  return {
    lines,
    acknowledged: lines.flatMap((line) => ('acknowledged' in line ? line.acknowledged : [])),
    steps: lines.flatMap((line) => ('end' in line ? line.end : []))[0],
  };
}

test('M5: every change is synced before it is acknowledged, and a new file before and after its rename', (t) => {
  const { lines } = run(join(folder, 'order', 'ledger'), 0);
  const changes = lines
    .map((line) => ('step' in line ? line.step : 'acknowledged' in line ? 'acknowledged' : 'end'))
    .join(' ');
  const appended = 'write datasync acknowledged';
  const replaced = 'mkdir open writeFile sync rename rm open sync';
  t.true(changes.startsWith(`mkdir writeFile link rm ${replaced} open ${appended}`), changes);
  t.is(changes.split(appended).length - 1, 6);
  t.true(changes.includes(`${appended} ${replaced} open acknowledged ${appended} rm end`), changes);
});

test('M5 N10: killed before every step that touches the disk, a ledger loses nothing acknowledged and gives no view back', async (t) => {
  const whole = run(join(folder, 'whole', 'ledger'), 0);
  t.deepEqual(
    whole.acknowledged.map(({ used, version }) => `${used}/v${version}`),
    ['0/v1', '1/v1', '2/v1', '2/v2', '3/v2', '3/v2', '4/v2'],
  );
  const { steps = 0 } = whole;
  t.true(steps > 30, `${steps} steps`);
  for (let at = 1; at <= steps; at++) {
    const path = join(folder, String(at), 'ledger');
    const { acknowledged, steps: end } = run(path, at);
    t.is(end, undefined, `step ${at} was reached`);
    const last = acknowledged.at(-1);
    const next = whole.acknowledged[acknowledged.length] ?? last;

    const file = await LedgerFile.open(path, { now: TELLING_TIME });
    const account = file.ledger.account(first.grantId);
    const { used = 0, version = 0 } = account ?? {};
    const found = { used, version };
    const before = { used: last?.used ?? 0, version: last?.version ?? 0 };
    const after = { used: next?.used ?? 0, version: next?.version ?? 0 };
    t.true(
      [before, after].some((state) => state.used === found.used && state.version === found.version),
      `step ${at}: ${JSON.stringify(found)} is neither ${JSON.stringify(before)} nor ${JSON.stringify(after)}`,
    );
    t.true(file.ledger.sequence >= (last?.sequence ?? 0), `step ${at}: the sequence fell`);

    // Life goes on: the next view counts from there.
    if (account !== undefined) {
      const release = { grantId: account.grantId, version, used: used + 1, nonce: new Uint8Array(32).fill(at) };
      await file.commit((ledger) => ledger.viewReleased(release, TELLING_TIME));
    }
    await file.close();
    t.deepEqual(await readdir(join(folder, String(at))), ['ledger'], `step ${at}: something was left lying about`);
  }
});
