import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import { compileCover, embed, extract } from '../src/index.ts';
import { cases, vectorCover, vectorKey, vectorMime, vectorName, vectorPayload, vectorRights } from './vectors/cases.ts';

const path = (file: string): string => fileURLToPath(new URL(`vectors/${file}`, import.meta.url));

for (const { file, options, rights } of cases) {
  test(`G1 G2 golden vector ${file}: read as it is and made again the same`, (t) => {
    const golden = readFileSync(path(file));
    const band = vectorRights(rights);
    const read = extract(golden, { key: vectorKey });
    t.deepEqual(Buffer.from(read.payload), Buffer.from(vectorPayload));
    t.is(read.mime, vectorMime);
    t.is(read.name, vectorName);
    t.deepEqual(read.rights && Buffer.from(read.rights), band && Buffer.from(band));
    const common = { key: vectorKey, mime: vectorMime, name: vectorName };
    const cover = compileCover(vectorCover(), options);
    t.deepEqual(Buffer.from(embed(cover, vectorPayload, band ? { ...common, rights: band } : common)), golden);
  });
}

test('G1 G2 the explaining script opens each vector without the library', (t) => {
  const files = cases.map(({ file }) => path(file));
  const output = execFileSync(process.execPath, [path('explain.ts'), ...files], { encoding: 'utf8' });
  t.is(output.match(/name note\.txt/g)?.length, cases.length);
});
