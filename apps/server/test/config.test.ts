import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const REQUIRED = ['--manifest', 'cloud.json', '--secrets', 's1.key'];

test('each value is shown with its origin, secrets are not', async (t) => {
  await using dir = await tempDir();
  const file = join(dir.path, 's1.toml');
  await writeFile(
    file,
    'manifest = "m.json"\nsecrets = "s1.key"\n[timers]\nleaseMs = 40000\n[failureToken]\nenabled = true\n',
  );
  const { code, stdout, stderr } = await runNode(
    MAIN,
    ['config', '--json', '--config', file, '--status-port', '9000'],
    {
      env: { P2PIMG_SERVER_LOG_LEVEL: 'debug', P2PIMG_SERVER_DIRECTORY_URL: 'mysql://u:hidden@127.0.0.1/db' },
    },
  );
  t.is(code, 0, stderr);
  const shown = new Map(
    (JSON.parse(stdout) as { key: string; value: unknown; origin: string }[]).map((line) => [line.key, line]),
  );
  const pick = (key: string): readonly unknown[] => [shown.get(key)?.value, shown.get(key)?.origin];
  t.deepEqual(pick('status.port'), [9000, 'flag']);
  t.deepEqual(pick('log.level'), ['debug', 'environment']);
  t.deepEqual(pick('timers.leaseMs'), [40_000, 'file']);
  t.deepEqual(pick('failureToken.enabled'), [true, 'file']);
  t.deepEqual(pick('timers.heartbeatMs'), [50, 'default']);
  t.deepEqual(pick('directory.url'), ['(set)', 'environment']);
  t.false(stdout.includes('hidden'));
});

const MISTAKES: readonly (readonly [string, readonly string[], Record<string, string>, RegExp])[] = [
  [
    'a misspelt variable',
    REQUIRED,
    { P2PIMG_SERVER_LOG_LEVL: 'info' },
    /P2PIMG_SERVER_LOG_LEVL.*did you mean P2PIMG_SERVER_LOG_LEVEL/,
  ],
  ['a port past 65,535', [...REQUIRED, '--status-port', '70000'], {}, /--status-port: .*0 to 65535/],
  ['a port that is a word', [...REQUIRED, '--status-port', 'http'], {}, /--status-port: .*whole number/],
  [
    'no room for images',
    [...REQUIRED, '--directory-images-per-client', '0'],
    {},
    /--directory-images-per-client: .*1 to/,
  ],
  ['an unknown policy', [...REQUIRED, '--election-policy', 'random'], {}, /least-outstanding/],
  ['no manifest', ['--secrets', 's1.key'], {}, /manifest: must be given/],
  ['timers that contradict each other', [...REQUIRED, '--timers-heartbeat-ms', '9000'], {}, /timers\.leaseMs must be/],
  ['a missing file', ['--config', 'none.toml'], {}, /none\.toml: no such file/],
];

for (const [what, args, env, message] of MISTAKES) {
  test(`${what} is one clear line and exit code 3`, async (t) => {
    const { code, stderr } = await runNode(MAIN, ['config', ...args], { env });
    t.is(code, 3);
    t.regex(stderr, message);
    t.is(stderr.trim().split('\n').length, 1, stderr);
  });
}
