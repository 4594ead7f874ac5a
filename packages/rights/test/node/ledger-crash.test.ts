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

interface Ending {
  readonly acknowledged: readonly Acknowledged[];
  /** Steps of the whole story; undefined when it was cut short. */
  readonly steps: number | undefined;
}

function run(path: string, killBefore: number): Ending {
  const args = ['--conditions=@p2pimg/source', CHILD, path, String(killBefore)];
  const { stdout, stderr, signal, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (signal !== 'SIGKILL' && status !== 0) throw new Error(stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  const parsed = lines.map((line) => JSON.parse(line) as Acknowledged | { readonly end: number });
  const end = parsed.find((line) => 'end' in line);
  return { acknowledged: parsed.filter((line): line is Acknowledged => 'used' in line), steps: end?.end };
}

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
