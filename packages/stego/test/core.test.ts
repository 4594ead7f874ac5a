import { readFileSync } from 'node:fs';
import test from 'ava';
import { createStego, nodePlatform } from '../src/index.ts';
import { key, photo, randomBytes } from './support/pictures.ts';

/** Every module that `entry` reaches by relative imports, and every other specifier met on the way. */
function reach(entry: URL, files: Set<string> = new Set(), others: Set<string> = new Set()): Set<string> {
  if (files.has(entry.href)) return others;
  files.add(entry.href);
  for (const [, specifier] of readFileSync(entry, 'utf8').matchAll(/^(?:import|export|\}) .*from '([^']+)';$/gm)) {
    if (specifier!.startsWith('.')) reach(new URL(specifier!, entry), files, others);
    else others.add(specifier!);
  }
  return others;
}

test('G3 the core entry reaches no Node builtin and no dependency', (t) => {
  t.deepEqual([...reach(new URL('../src/core.ts', import.meta.url))], []);
  t.true(reach(new URL('../src/index.ts', import.meta.url)).has('node:zlib'));
});

test('G3 the library works on any platform that is put in', (t) => {
  let sealed = 0;
  const stego = createStego({
    ...nodePlatform,
    seal(...args) {
      sealed++;
      nodePlatform.seal(...args);
    },
  });
  const payload = randomBytes(1, 200);
  const png = stego.embed(stego.compileCover(photo(20, 20)), payload, { key });
  t.deepEqual(Buffer.from(stego.extract(png, { key }).payload), Buffer.from(payload));
  t.is(sealed, 1);
});
