import { inflateRawSync } from 'node:zlib';
import test from 'ava';
import fc from 'fast-check';
import { adlerModulus, emptyAdler, extendAdler, retractAdler, type Stretch } from '../src/deflate/adler.ts';
import { BitWriter } from '../src/deflate/bit-writer.ts';
import { distanceCount, endOfBlock, literalCount, writeDynamicHeader } from '../src/deflate/dynamic-header.ts';
import { canonicalCode, codeLengths } from '../src/deflate/huffman.ts';

/** Σ frequency · length of an unlimited Huffman code: the sum of all inner nodes. */
function huffmanCost(frequencies: readonly number[]): number {
  const heap = frequencies.filter((frequency) => frequency > 0);
  let cost = 0;
  while (heap.length > 1) {
    heap.sort((a, b) => b - a);
    const node = heap.pop()! + heap.pop()!;
    cost += node;
    heap.push(node);
  }
  return cost;
}

test('G1 code lengths are complete, within the limit, and optimal where the limit does not bind', (t) => {
  fc.assert(
    fc.property(fc.array(fc.nat(1000), { minLength: 2, maxLength: 60 }), (frequencies) => {
      const used = frequencies.filter((frequency) => frequency > 0).length;
      if (used < 2) return;
      const free = codeLengths(frequencies, 15);
      t.is(
        frequencies.reduce((sum, frequency, s) => sum + frequency * free[s]!, 0),
        huffmanCost(frequencies),
      );
      const tight = codeLengths(frequencies, 6);
      for (const lengths of [free, tight]) {
        t.is(
          lengths.reduce((sum, length) => sum + (length > 0 ? 2 ** -length : 0), 0),
          1,
        );
      }
      t.true(tight.every((length) => length <= 6));
    }),
  );
});

test('G1 zlib reads what is written with a dynamic header', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const frequencies = new Float64Array(literalCount);
      for (const byte of bytes) frequencies[byte]!++;
      frequencies[endOfBlock] = 1;
      frequencies[0]!++;
      const code = canonicalCode(codeLengths(frequencies, 15));
      const distances = new Uint8Array(distanceCount);
      distances[0] = 1;
      const writer = new BitWriter(new Uint8Array(2000));
      writeDynamicHeader(writer, code.lengths, distances, true);
      for (const symbol of [...bytes, endOfBlock]) writer.write(code.codes[symbol]!, code.lengths[symbol]!);
      t.deepEqual(inflateRawSync(writer.bytes.subarray(0, writer.align())), Buffer.from(bytes));
    }),
  );
});

test('G2 an Adler-32 is taken apart and put together again', (t) => {
  const plain = (bytes: Uint8Array): { a: number; b: number } => {
    let [a, b] = [1, 0];
    for (const byte of bytes) {
      a = (a + byte) % adlerModulus;
      b = (b + a) % adlerModulus;
    }
    return { a, b };
  };
  const stretch = (bytes: Uint8Array): Stretch => ({
    length: bytes.length,
    sum: bytes.reduce((sum, byte) => sum + byte, 0),
    moment: bytes.reduce((sum, byte, i) => sum + byte * i, 0),
  });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ maxLength: 300 }), (first, second) => {
      const whole = plain(Uint8Array.of(...first, ...second));
      t.deepEqual(extendAdler(plain(first), stretch(second)), whole);
      t.deepEqual(retractAdler(whole, stretch(second)), plain(first));
      t.deepEqual(extendAdler(emptyAdler, stretch(first)), plain(first));
    }),
  );
});
