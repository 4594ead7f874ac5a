import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import anyTest, { type TestFn } from 'ava';
import { type Finished, runCli } from '../../src/cli/run.ts';

const test = anyTest as TestFn<{ folder: string }>;
const cover = fileURLToPath(new URL('../../bench/pictures/cat.png', import.meta.url));

test.beforeEach((t) => {
  t.context.folder = mkdtempSync(join(tmpdir(), 'stego-cli-'));
});
test.afterEach.always((t) => rmSync(t.context.folder, { recursive: true }));

const run = (...args: string[]): Finished => runCli(args, '1.2.3');

test('G3 a file goes into a picture and comes out again', (t) => {
  const path = (name: string): string => join(t.context.folder, name);
  writeFileSync(path('secret.txt'), 'what nobody else reads');
  t.is(run('keygen', '--out', path('key')).exitCode, 0);
  t.regex(run('capacity', cover).stdout, /204×204 pixels hold \d+ bytes with alpha16/);
  const args = ['embed', cover, path('secret.txt'), '--key', path('key'), '--out', path('out.png'), '--json'];
  const embedded = run(...args, '--fidelity', 'near:4', '--all-rows', '--effort', 'size');
  t.like(JSON.parse(embedded.stdout), { payload: 22, width: 204, height: 204, profile: 'alpha16' });
  t.like(JSON.parse(run('inspect', path('out.png'), '--json').stdout), { width: 204, rows: 204, profile: 'alpha16' });
  const extracted = run('extract', path('out.png'), '--key', path('key'), '--out', path('back.txt'), '--json');
  t.like(JSON.parse(extracted.stdout), { bytes: 22, mime: 'text/plain', name: 'secret.txt' });
  t.is(readFileSync(path('back.txt'), 'utf8'), 'what nobody else reads');
});

test('N6 G3 a profile that shows is refused unless it is allowed', (t) => {
  const path = (name: string): string => join(t.context.folder, name);
  writeFileSync(path('secret.txt'), 'what nobody else reads');
  run('keygen', '--out', path('key'));
  const args = ['embed', cover, path('secret.txt'), '--key', path('key'), '--out', path('out.png')];
  const refused = run(...args, '--profile', 'alpha8-k8');
  t.is(refused.exitCode, 3);
  t.regex(refused.stderr, /visibly.*--allow-visible/);
  t.is(run(...args, '--profile', 'alpha8-k8', '--allow-visible').exitCode, 0);
});

test('G3 each kind of failure has its exit code and one clear line', (t) => {
  const path = (name: string): string => join(t.context.folder, name);
  writeFileSync(path('text.jpg'), 'not a picture at all');
  run('keygen', '--out', path('key'));
  const fails = (exitCode: Finished['exitCode'], message: RegExp, ...args: string[]): void => {
    const finished = run(...args);
    t.is(finished.exitCode, exitCode);
    t.regex(finished.stderr, message);
    t.is(finished.stderr.split('\n').length, 2);
  };
  fails(2, /no command/);
  fails(2, /no command "constructor"/, 'constructor');
  fails(2, /COVER is missing/, 'capacity');
  fails(2, /Unknown option/, 'capacity', cover, '--colour');
  fails(2, /no profile/, 'capacity', cover, '--profile', 'alpha9');
  fails(2, /no fidelity/, 'embed', cover, cover, '--key', path('key'), '--out', path('x'), '--fidelity', 'fine');
  fails(2, /no effort/, 'embed', cover, cover, '--key', path('key'), '--out', path('x'), '--effort', 'some');
  fails(2, /unexpected argument/, 'inspect', cover, cover);
  fails(3, /neither a PNG nor a JPEG/, 'capacity', path('text.jpg'));
  fails(
    3,
    /the cover holds/,
    'embed',
    cover,
    cover,
    '--key',
    path('key'),
    '--out',
    path('x'),
    '--profile',
    'alpha8-k1',
  );
  fails(3, /no alpha channel/, 'inspect', cover);
  fails(4, /no such file/, 'capacity', path('missing.png'));
  fails(4, /is no key/, 'extract', cover, '--key', cover, '--out', path('x'));
  fails(4, /exists already/, 'keygen', '--out', path('key'));
  t.like(JSON.parse(run('capacity', path('text.jpg'), '--json').stdout), { error: { code: 'BAD_IMAGE' } });
});

test('G3 the program tells its version and its usage', (t) => {
  const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const output = (argument: string): string =>
    execFileSync(process.execPath, ['--conditions=@p2pimg/source', main, argument], { encoding: 'utf8' });
  t.regex(output('--version'), /^\d+\.\d+\.\d+\n$/);
  t.regex(output('--help'), /p2pimg-stego embed/);
});
