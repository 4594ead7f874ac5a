import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Finished, runProcess, spawnProcess, type TempDir, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { ROOT } from '../src/workspace.ts';

// Stands where the pinned pnpm would: writes down how it was called and puts the pinned Node in its place.
const PNPM = `
const fs = require('fs');
fs.appendFileSync('calls.txt', process.argv.slice(2).join(' ') + '\\n');
fs.mkdirSync('node_modules/node/bin', { recursive: true });
if (!fs.existsSync('node_modules/node/bin/node')) fs.symlinkSync(process.execPath, 'node_modules/node/bin/node');
`;

test('the first run installs what the command needs, the next ones nothing', async (t) => {
  await using repository = await fakeRepository();
  const runs: (readonly [command: string, installs: number])[] = [
    ['start', 1],
    ['start', 1],
    ['test', 2],
    ['start', 2],
    ['test:long', 2],
  ];
  for (const [command, installs] of runs) {
    const { code, stderr } = await bootstrap(repository, [command]);
    t.is(code, 0, stderr);
    t.is(calls(repository).length, installs, command);
  }
  const [start, everything] = calls(repository);
  t.regex(start ?? '', /install --frozen-lockfile .*--prod .*--filter @p2pimg\/demo\.\.\./);
  t.regex(everything ?? '', /install --frozen-lockfile/);
  t.notRegex(everything ?? '', /--filter/);
});

test('packages for development, once installed, are not taken away', async (t) => {
  await using repository = await fakeRepository();
  mkdirSync(repository.at('node_modules'));
  writeFileSync(repository.at('node_modules/.modules.yaml'), '{ "included": {\n "devDependencies": true } }');
  await bootstrap(repository, ['start']);
  t.notRegex(calls(repository)[0] ?? '', /--prod|--filter/);
});

test('another lockfile is installed again', async (t) => {
  await using repository = await fakeRepository();
  await bootstrap(repository, ['start']);
  writeFileSync(repository.at('pnpm-lock.yaml'), 'changed');
  await bootstrap(repository, ['start']);
  t.is(calls(repository).length, 2);
});

test('arguments reach the program, and its output and exit code come back', async (t) => {
  await using repository = await fakeRepository();
  const done = await bootstrap(repository, ['start', '--once', 'a b']);
  t.is(done.stdout, 'demo ["--once","a b"]\n');
  const tests = await bootstrap(repository, ['test:long', 'wire']);
  t.is(tests.stdout, 'test ["--long","wire"]\n');
  t.is((await bootstrap(repository, ['start', '--fail'])).code, 7);
});

test('signals reach the program', async (t) => {
  await using repository = await fakeRepository();
  await bootstrap(repository, ['start']);
  await using running = await spawnProcess(process.execPath, [repository.at('tools/bootstrap.mjs'), 'start', '--wait']);
  await running.line('demo');
  running.signal('SIGTERM');
  t.deepEqual(await running.exited, { code: 9, signal: null });
});

test('an unknown command is answered with the known ones', async (t) => {
  await using repository = await fakeRepository();
  const done = await bootstrap(repository, ['toString']);
  t.is(done.code, 1);
  t.regex(done.stderr, /^usage: .*start\|test\|test:long/);
});

test('a folder that cannot be written is named', async (t) => {
  await using repository = await fakeRepository();
  await using other = await tempDir();
  cpSync(repository.path, other.path, { recursive: true, filter: (path) => !path.includes('.cache') });
  writeFileSync(other.at('.cache'), 'a file where the folder belongs');
  const done = await bootstrap(other, ['start']);
  t.is(done.code, 1);
  t.regex(done.stderr, /cannot be written \(\w+\)/);
  t.notRegex(done.stderr, /\n\s+at /);
});

test('a registry out of reach is explained in a few lines', async (t) => {
  await using repository = await fakeRepository();
  const manifest = { type: 'module', packageManager: 'pnpm@10.0.0' }; // not the version that is there
  writeFileSync(repository.at('package.json'), JSON.stringify(manifest));
  await using home = await tempDir();
  const env = {
    HOME: home.path,
    npm_config_registry: 'http://127.0.0.1:9',
    npm_config_cache: undefined,
    npm_execpath: undefined,
  };
  const done = await bootstrap(repository, ['start'], env);
  t.is(done.code, 1);
  t.regex(done.stderr, /The package registry cannot be reached/);
  t.true(done.stderr.split('\n').length < 9, done.stderr);
});

/** The files that the bootstrap touches, with programs that tell how they were called. */
async function fakeRepository(): Promise<TempDir> {
  const repository = await tempDir('p2pimg-bootstrap-');
  const pnpm = '.cache/pnpm-1.2.3/node_modules/pnpm/bin';
  for (const folder of ['tools/demo/src', pnpm]) mkdirSync(repository.at(folder), { recursive: true });
  cpSync(join(ROOT, 'tools/bootstrap.mjs'), repository.at('tools/bootstrap.mjs'));
  writeFileSync(
    repository.at('package.json'),
    JSON.stringify({ type: 'module', packageManager: 'pnpm@1.2.3+sha512.x' }),
  );
  writeFileSync(repository.at('pnpm-lock.yaml'), '');
  writeFileSync(repository.at(pnpm, 'pnpm.cjs'), PNPM);
  const tell = (name: string): string => `console.log('${name} ' + JSON.stringify(process.argv.slice(2)));`;
  writeFileSync(
    repository.at('tools/demo/src/main.ts'),
    `process.on('SIGTERM', () => process.exit(9));
    if (process.argv.includes('--fail')) process.exitCode = 7;
    if (process.argv.includes('--wait')) setInterval(() => {}, 1000);
    ${tell('demo')}`,
  );
  writeFileSync(repository.at('tools/test.ts'), tell('test'));
  return repository;
}

function bootstrap(
  repository: TempDir,
  args: string[],
  env: Record<string, string | undefined> = {},
): Promise<Finished> {
  return runProcess(process.execPath, [repository.at('tools/bootstrap.mjs'), ...args], { env });
}

function calls(repository: TempDir): string[] {
  return readFileSync(repository.at('calls.txt'), 'utf8').trimEnd().split('\n');
}
