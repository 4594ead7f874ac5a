import test from 'ava';
import { laneModule } from '../src/lane/lane-module.ts';
import { rowsModule } from '../src/rows/rows-module.ts';
import { instantiate } from '../src/wasm/instantiate.ts';
import { assemble, modules } from './support/assemble.ts';

const shipped = { rows: rowsModule, lane: laneModule };

for (const name of modules) {
  test(`G1 the module ${name} is its source assembled`, async (t) => {
    const message = 'run: pnpm --filter @p2pimg/stego assemble';
    t.deepEqual(Buffer.from(shipped[name], 'base64'), Buffer.from(await assemble(name)), message);
  });
}

test('G3 what is no module, or may not be one, is just not there', (t) => {
  t.is(instantiate(''), undefined);
  const { WebAssembly } = globalThis as { WebAssembly?: unknown };
  try {
    delete (globalThis as { WebAssembly?: unknown }).WebAssembly;
    t.is(instantiate(laneModule), undefined);
  } finally {
    Object.assign(globalThis, { WebAssembly });
  }
});
