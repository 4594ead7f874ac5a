import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { type CompileOptions, compileCover, embed } from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';

const variants: readonly CompileOptions[] = [
  {},
  { fidelity: 'grey' },
  { fidelity: { maxError: 4 } },
  ...(['alpha8-k1', 'alpha8-k2', 'alpha8-k3'] as const).flatMap((profile) => [
    { profile },
    { profile, fidelity: 'grey' as const },
    { profile, fidelity: { palette: 32 } },
  ]),
];

for (const options of variants) {
  test(`G3 pngcheck finds no fault: ${JSON.stringify(options)}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'stego-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const cover = compileCover(photo(90, 90), options);
    const common = { key, fit: 'tile' as const };
    for (const [name, rights] of [['level1.png'], ['level2.png', randomBytes(4, 512)]] as const) {
      const file = join(folder, name);
      writeFileSync(file, embed(cover, randomBytes(3, 1200), rights ? { ...common, rights } : common));
      const { status, stdout } = spawnSync('pngcheck', ['-q', file], { encoding: 'utf8' });
      t.is(status, 0, stdout);
      t.is(stdout, '');
    }
  });
}
