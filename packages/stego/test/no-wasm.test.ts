import { readFileSync } from 'node:fs';
import test from 'ava';
import { compileCover, embed, extract } from '../src/index.ts';
import { laneReader } from '../src/lane/lane-reader.ts';
import { rowWriter } from '../src/rows/row-writer.ts';
import { scriptRowWriter } from '../src/rows/script-rows.ts';
import { cases, vectorCover, vectorKey, vectorMime, vectorName, vectorPayload, vectorRights } from './vectors/cases.ts';

// What runs is chosen when it is needed first; this file has a process of its own.
delete (globalThis as { WebAssembly?: unknown }).WebAssembly;

for (const { file, options, rights } of cases) {
  test(`G1 G3 golden vector ${file} is read and made where WebAssembly is missing`, (t) => {
    const golden = readFileSync(new URL(`vectors/${file}`, import.meta.url));
    t.deepEqual(Buffer.from(extract(golden, { key: vectorKey }).payload), Buffer.from(vectorPayload));
    const band = vectorRights(rights);
    const common = { key: vectorKey, mime: vectorMime, name: vectorName };
    const made = embed(
      compileCover(vectorCover(), options),
      vectorPayload,
      band ? { ...common, rights: band } : common,
    );
    t.deepEqual(Buffer.from(made), golden);
    t.is(rowWriter(), scriptRowWriter);
    t.is(laneReader(), undefined);
  });
}
