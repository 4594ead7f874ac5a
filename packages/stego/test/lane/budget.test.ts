import { constants, deflateSync } from 'node:zlib';
import test from 'ava';
import { BitWriter } from '../../src/deflate/bit-writer.ts';
import { distanceCount, endOfBlock, literalCount, writeDynamicHeader } from '../../src/deflate/dynamic-header.ts';
import { canonicalCode } from '../../src/deflate/huffman.ts';
import { compileCover, defaultLimits, embed, extract, nodePlatform } from '../../src/index.ts';
import { type LaneShape, rawLength } from '../../src/lane/lane.ts';
import { makeWasmLaneReader } from '../../src/lane/wasm-lane.ts';
import { findChunks } from '../../src/png/chunks.ts';
import { key, photo, randomBytes, randomFrom } from '../support/pictures.ts';
import { chunk, chunksOf, ihdr, png } from '../support/png.ts';

/* What the reader's tables may cost, from both sides: streams that make it build much for little, and honest ones. */

const reader = makeWasmLaneReader()!;
const onePixel: LaneShape = { width: 1, rows: 1, height: 1, step: 8 };
const largestStream = 2 * 2 ** 20;

/** Code lengths of symbols 0, 1, … and the end of block; `turn` 0 or 1 gives the first two theirs in other order. */
interface Codes {
  readonly literals: (turn: number) => Uint8Array;
  readonly distances: Uint8Array;
}

/** 1, 2, … 14, 15, 15: the largest tables there are. */
const longest: Codes = {
  literals(turn) {
    const lengths = new Uint8Array(literalCount);
    for (let symbol = 0; symbol < 15; symbol++) lengths[symbol] = symbol + 1;
    if (turn === 1) lengths.set([2, 1]);
    lengths[endOfBlock] = 15;
    return lengths;
  },
  distances: Uint8Array.from({ length: distanceCount }, (_, symbol) =>
    symbol < 15 ? symbol + 1 : symbol === 15 ? 15 : 0,
  ),
};

/** Tables of two entries: only the runs of literals cost something. */
const shortest: Codes = {
  literals(turn) {
    const lengths = new Uint8Array(literalCount);
    lengths[turn] = 1;
    lengths[endOfBlock] = 1;
    return lengths;
  },
  distances: Uint8Array.of(1),
};

/** Appends a block of so many zeros, and its end. */
function writeBlock(writer: BitWriter, codes: Codes, turn: number, zeros: number, final = false): void {
  const lengths = codes.literals(turn);
  const code = canonicalCode(lengths);
  writeDynamicHeader(writer, lengths, codes.distances, final);
  for (let i = 0; i < zeros; i++) writer.write(code.codes[0]!, lengths[0]!);
  writer.write(code.codes[endOfBlock]!, lengths[endOfBlock]!);
}

/** Blocks of nothing but their codes and their end, one or as many as `length` bytes want; in two turns or always the first. */
function emptyBlocks(codes: Codes, turns: boolean, length: number): Uint8Array {
  const writer = new BitWriter(new Uint8Array(length + 1000));
  writeBlock(writer, codes, 0, 0);
  const others = new BitWriter(new Uint8Array(1000));
  for (const turn of [1, 0]) writeBlock(others, codes, turns ? turn : 0, 0);
  const bits = others.bitLength;
  others.align();
  while (writer.at < length) writer.writeAll(others.bytes, bits);
  // An empty one that is stored ends on a whole byte.
  writer.write(0, 3);
  return Buffer.concat([writer.bytes.subarray(0, writer.align()), Uint8Array.of(0, 0, 255, 255)]);
}

/** The blocks, and the rows after them. */
function streamOf(blocks: Uint8Array, rows: Uint8Array): Uint8Array {
  const plain = deflateSync(rows, { level: 0 });
  return Buffer.concat([plain.subarray(0, 2), blocks, plain.subarray(2)]);
}

for (const [name, codes, turns] of [
  ['the longest codes in two turns', longest, true],
  ['the longest codes, always the same', longest, false],
  ['the shortest codes in two turns', shortest, true],
  ['the shortest codes, always the same', shortest, false],
] as const) {
  test(`N6 a stream of blocks that hold nothing but their codes is left to zlib: ${name}`, (t) => {
    const rows = new Uint8Array(rawLength(onePixel));
    const stream = streamOf(emptyBlocks(codes, turns, largestStream - 2000), rows);
    t.deepEqual(nodePlatform.inflate(stream, rows.length), Buffer.from(rows));
    t.is(reader.read([stream], onePixel), undefined);
    const one = streamOf(emptyBlocks(codes, turns, 1), rows);
    t.not(reader.read([one], onePixel), undefined, 'but one of them is read');
  });
}

test('N6 such blocks before a picture do not change what is in it', (t) => {
  const payload = randomBytes(3, 200);
  const file = embed(compileCover(photo(20, 20)), payload, { key });
  const stream = Buffer.concat(
    findChunks(file, defaultLimits)
      .filter(({ type }) => type === 'IDAT')
      .map(({ data }) => data),
  );
  const blocks = emptyBlocks(longest, true, 2 ** 16);
  const longer = Buffer.concat([stream.subarray(0, 2), blocks, stream.subarray(2)]);
  const { at, length } = chunksOf(file)[0]!;
  const changed = png(Buffer.from(file.subarray(at, at + length + 12)), chunk('IDAT', longer));
  t.deepEqual(Buffer.from(extract(changed, { key }).payload), Buffer.from(payload));
  const pixel = png(ihdr(1, 1, 16, 6), chunk('IDAT', streamOf(blocks, new Uint8Array(rawLength(onePixel)))));
  t.throws(() => extract(pixel, { key }), { code: 'AUTH_FAILED' });
});

test('G1 blocks of 5000 bytes are read with the largest tables there are, each time others', (t) => {
  for (const blocks of [1, 2, 9, 100]) {
    const shape = { width: 5000 * blocks - 1, rows: 1, height: 1, step: 1 };
    const rows = new Uint8Array(rawLength(shape));
    const writer = new BitWriter(new Uint8Array(2 * rows.length + 100_000));
    for (let block = 0; block < blocks; block++) writeBlock(writer, longest, block & 1, 5000);
    // An encoder's last block is as short as it happens to be.
    writeBlock(writer, longest, blocks & 1, 0, true);
    const whole = deflateSync(rows);
    const stream = Buffer.concat([whole.subarray(0, 2), writer.bytes.subarray(0, writer.align()), whole.subarray(-4)]);
    t.deepEqual(nodePlatform.inflate(stream, rows.length), Buffer.from(rows));
    t.not(reader.read([stream], shape), undefined, `${blocks} blocks`);
  }
});

/** Rows of values that differ in frequency from stretch to stretch, so that each block has a code of its own. */
function changingRows(shape: LaneShape): Uint8Array {
  const random = randomFrom(1);
  const rowLength = 1 + shape.width * shape.step;
  return Uint8Array.from({ length: rawLength(shape) }, (_, i) =>
    i % rowLength === 0 ? 0 : Math.floor(256 * random() ** (1 + ((i >> 12) % 7))),
  );
}

for (const strategy of ['Z_DEFAULT_STRATEGY', 'Z_HUFFMAN_ONLY'] as const) {
  test(`G1 what zlib writes is read, with blocks of 4,095 symbols and more: ${strategy}`, (t) => {
    for (const level of [1, 4, 6, 9]) {
      for (let memLevel = 6; memLevel <= 9; memLevel++) {
        // One of three sizes: a short last block may have fixed codes, which are left to zlib for that.
        const read = [20_000, 20_037, 20_101].some((width) => {
          const shape = { width, rows: 4, height: 4, step: 4 };
          const stream = deflateSync(changingRows(shape), { level, memLevel, strategy: constants[strategy] });
          return reader.read([stream], shape) !== undefined;
        });
        t.true(read, `level ${level}, memLevel ${memLevel}`);
      }
    }
  });
}
