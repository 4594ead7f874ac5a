import test from 'ava';
import fc from 'fast-check';
import { compileCover } from '../../src/cover/compile.ts';
import { bytesPerPixel } from '../../src/cover/layout.ts';
import { BitWriter } from '../../src/deflate/bit-writer.ts';
import { canonicalCode, codeLengths } from '../../src/deflate/huffman.ts';
import { nodePlatform, type Profile, profiles } from '../../src/index.ts';
import { profileTraits } from '../../src/profile.ts';
import type { CarriedSums, Rows, RowWriter } from '../../src/rows/rows.ts';
import { scriptRowWriter } from '../../src/rows/script-rows.ts';
import { makeWasmRowWriter } from '../../src/rows/wasm-rows.ts';
import { photo, randomBytes, randomFrom, staticNoise } from '../support/pictures.ts';

const wasmRowWriter = makeWasmRowWriter()!;

/** What a writer makes of rows after `before` bits of something else. */
function written(rowWriter: RowWriter, rows: Rows, before: number): { bytes: Uint8Array; sums: CarriedSums } {
  const writer = new BitWriter(new Uint8Array(rows.count * (rows.width * 32 + 32) + 16), 1);
  writer.write(5, before);
  const sums = rowWriter.write(writer, rows);
  writer.write(0x2a5, 10);
  return { bytes: writer.bytes.slice(0, writer.align()), sums };
}

test('G1 WebAssembly and TypeScript write the same bits, whatever the cover, the rows and the payload', (t) => {
  const property = fc.property(
    fc.record({
      profile: fc.constantFrom<Profile>(...profiles),
      width: fc.integer({ min: 1, max: 70 }),
      height: fc.integer({ min: 1, max: 12 }),
      seed: fc.nat(),
      fidelity: fc.constantFrom('exact' as const, 'grey' as const, { maxError: 4 }),
      quiet: fc.boolean(),
      before: fc.integer({ min: 0, max: 7 }),
      from: fc.nat(),
    }),
    ({ profile, width, height, seed, fidelity, quiet, before, from }) => {
      const image = quiet ? photo(width, height, seed) : staticNoise(width, height, seed);
      const cover = compileCover(nodePlatform, image, { profile, fidelity, allowVisible: true });
      const first = from % height;
      const { bits, floor } = profileTraits(profile);
      const rows: Rows = {
        width,
        step: bytesPerPixel(cover.layout),
        codes: cover.codes,
        filters: cover.filters,
        fixed: cover.fixed,
        from: first,
        count: height - first,
        container: randomBytes(seed, Math.ceil((width * height * bits) / 8)),
        bits,
        floor,
        at: first * width,
      };
      const expected = written(scriptRowWriter, rows, before);
      t.deepEqual(written(wasmRowWriter, rows, before), expected);
      // The second time it finds the cover in its memory.
      t.deepEqual(written(wasmRowWriter, rows, before), expected);
    },
  );
  fc.assert(property, { numRuns: 150 });
});

test('G1 both write the longest codes and the widest rows', (t) => {
  // Frequencies like Fibonacci's numbers make a code as long as it may be.
  const frequencies = [1, 1];
  while (frequencies.length < 256) frequencies.push(Math.min(frequencies.at(-1)! + frequencies.at(-2)!, 2 ** 40));
  const { codes, lengths } = canonicalCode(codeLengths([...frequencies, 1], 15));
  const width = 65_535;
  const random = randomFrom(4);
  const counts = new Uint8Array(width + 1);
  const pieces = new Uint32Array(2 * (width + 1));
  const extraCounts: number[] = [];
  const extraPieces: number[] = [];
  for (let index = 0; index <= width; index++) {
    const extras = Math.floor(random() * 4);
    for (let i = 0; i <= extras; i++) {
      const length = Math.floor(random() * 42);
      const bits = Math.floor(random() * 2 ** length);
      const piece = [bits % 2 ** 32, Math.floor(bits / 2 ** 32)] as const;
      if (i < extras) {
        extraCounts.push(length);
        extraPieces.push(...piece);
      } else {
        counts[index] = length + (extras > 0 ? 128 : 0);
        pieces.set([piece[0], piece[1] + extras * 2 ** 30], 2 * index);
      }
    }
  }
  for (const filter of [0, 1, 2, 3, 4]) {
    const rows: Rows = {
      width,
      step: 8,
      codes: Int32Array.from({ length: 257 }, (_, s) => (lengths[s]! << 16) | codes[s]!),
      filters: Uint8Array.of(filter),
      fixed: {
        counts,
        tails: new Uint8Array(width + 1), // not looked at with 8 bits
        pieces,
        extraCounts: Uint8Array.from(extraCounts),
        extraPieces: Uint32Array.from(extraPieces),
        rowExtras: Uint32Array.of(0, extraCounts.length),
        rowStarts: new Float64Array(2),
        rowSums: new Float64Array(1),
        rowMoments: new Float64Array(1),
      },
      from: 0,
      count: 1,
      container: randomBytes(filter, 2 * width),
      bits: 8,
      floor: 0,
      at: width,
    };
    const fast = written(wasmRowWriter, rows, 7);
    const plain = written(scriptRowWriter, rows, 7);
    t.true(Buffer.compare(fast.bytes, plain.bytes) === 0, `filter ${filter}`);
    t.deepEqual(fast.sums, plain.sums);
  }
});
