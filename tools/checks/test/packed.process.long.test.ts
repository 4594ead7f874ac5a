import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import process from 'node:process';
import { type TempDir, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { TapReader } from '../src/run/tap.ts';
import { type Package, ROOT, readPackages } from '../src/workspace.ts';
import { freshCopy, type Machine, programsFromNpm, runOn, tryOn } from './helpers/machine.ts';

const NODES = ['node@24', 'node@26'] as const;
const published = readPackages().filter((one) => !one.private);
const libraries = published.filter(({ dir }) => dir.startsWith('packages/'));

const home = await tempDir('p2pimg-home-');
const tarballs = await tempDir('p2pimg-packed-');
// The pinned Node and pnpm, from the path on which this test runs.
const here: Machine = { home: home.path, programs: (process.env.PATH ?? '').split(':') };

test.before('the packages are built and packed', async () => {
  await runOn(here, ROOT, 'pnpm', ['build']);
  for (const { dir } of published)
    await runOn(here, join(ROOT, dir), 'pnpm', ['pack', '--pack-destination', tarballs.path]);
});
test.after.always(async () => {
  await tarballs.remove();
  await home.remove();
});

for (const node of NODES) {
  test.serial(`packed packages work in an empty folder with ${node}`, async (t) => {
    await using programs = await programsFromNpm(home.path, node, 'npm@11');
    const machine = { home: home.path, programs: [programs.at('node_modules/.bin')] };
    await using folder = await tempDir('p2pimg-empty-');
    writeFileSync(folder.at('package.json'), '{"name": "empty", "private": true, "type": "module"}');
    const files = published.map((one) => tarballs.at(tarballOf(one)));
    await runOn(machine, folder.path, 'npm', ['install', '--no-audit', '--no-fund', ...files]);

    for (const { name } of libraries) {
      const script = `console.log(Object.keys(await import('${name}')).length)`;
      const { stdout } = await runOn(machine, folder.path, 'node', ['--input-type=module', '-e', script]);
      t.true(Number(stdout) > 0, `${name} exports something`);
    }
    for (const program of published.flatMap(programsOf)) {
      const { stdout } = await runOn(machine, folder.path, join(folder.path, 'node_modules/.bin', program), [
        '--version',
      ]);
      t.regex(stdout, /\d+\.\d+\.\d+/, program);
      await runOn(machine, folder.path, join(folder.path, 'node_modules/.bin', program), ['--help']);
    }
  });
}

test.serial('the tests of the packed libraries pass on node@24', async (t) => {
  await using programs = await programsFromNpm(home.path, 'node@24');
  await using copy = await freshCopy();
  await runOn(here, copy.path, 'pnpm', ['install', '--frozen-lockfile', '--offline']).catch(() =>
    runOn(here, copy.path, 'pnpm', ['install', '--frozen-lockfile']),
  );
  for (const one of published) await replaceByPacked(copy, one);

  const ava = copy.at('node_modules/ava/entrypoints/cli.js');
  const machine = { home: home.path, programs: [programs.at('node_modules/.bin')] };
  for (const { name, dir } of libraries) {
    const units = globSync('test/**/*.test.ts', { cwd: copy.at(dir) }).filter(
      (file) => !/\.(long|process|soak|sim)\./.test(basename(file)),
    );
    if (units.length === 0) continue;
    // Without the source condition siblings come from their dist.
    writeFileSync(
      copy.at('ava.config.base.mjs'),
      "export default { extensions: ['ts'], files: ['test/**/*.test.ts'], timeout: '5m' };",
    );
    const { code, stdout, stderr } = await tryOn(machine, copy.at(dir), 'node', [ava, '--tap', ...units]);
    const failures: string[] = [];
    const reader = new TapReader((result) => {
      if (result.status === 'failed') failures.push([result.title, ...result.details].join('\n'));
    });
    for (const line of stdout.split('\n')) reader.line(line);
    reader.end();
    t.deepEqual(failures, [], name);
    t.is(code, 0, `${name}: ${stderr}`);
  }
});

interface Manifest {
  readonly version: string;
  readonly bin?: Readonly<Record<string, string>>;
}

function manifestOf({ dir }: Package): Manifest {
  return JSON.parse(readFileSync(join(ROOT, dir, 'package.json'), 'utf8')) as Manifest;
}

/** The commands that installing a package brings. */
function programsOf(one: Package): string[] {
  return Object.keys(manifestOf(one).bin ?? {});
}

function tarballOf(one: Package): string {
  const { name } = one;
  const { version } = manifestOf(one);
  return `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
}

/** Puts what the tarball holds in place of the sources. */
async function replaceByPacked(copy: TempDir, one: Package): Promise<void> {
  rmSync(copy.at(one.dir, 'src'), { recursive: true });
  await runOn(here, copy.at(one.dir), 'tar', ['-xzf', tarballs.at(tarballOf(one)), '--strip-components=1']);
}
