import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import test from 'ava';

const CLI = fileURLToPath(new URL('../src/cli.ts', import.meta.url));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function sim(...args: string[]): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--conditions=@p2pimg/source', CLI, ...args],
      { maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test('lists scenarios of all packages, and replays one seed to the same trace', async (t) => {
  const { code, stdout } = await sim('--list');
  t.is(code, 0);
  t.regex(stdout, /^election\/chaos /m);
  const [first, second] = await Promise.all([1, 2].map(() => sim('--scenario', 'election/chaos', '--seed', '7')));
  t.is(first!.code, 0);
  t.regex(first!.stdout, /hash [0-9a-f]{16}/);
  t.is(first!.stdout, second!.stdout);
});

test('sweeps seeds', async (t) => {
  const { code, stdout } = await sim('--scenario', 'election/partitions', '--seeds', '20', '--from', '5');
  t.is(code, 0);
  t.regex(stdout, /^election\/partitions: 20 seeds, .* 0 failed/m);
});

test('a wrong command line is one clear sentence and code 2', async (t) => {
  for (const [args, reason] of [
    [['--scenario', 'no/such'], /no scenario "no\/such"; there are: .*election\/chaos/],
    [['--seed', 'x'], /--seed wants a whole number, not "x"/],
    [['--nonsense'], /nonsense/],
  ] as const) {
    const { code, stderr } = await sim(...args);
    t.is(code, 2);
    t.regex(stderr, reason);
  }
});
