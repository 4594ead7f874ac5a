import { constants, deflateSync, inflateRawSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { type CompileOptions, compileCover, defaultLimits, embed, nodePlatform } from '../../src/index.ts';
import { type LaneShape, rawLength } from '../../src/lane/lane.ts';
import { makeWasmLaneReader } from '../../src/lane/wasm-lane.ts';
import { unfilterLane } from '../../src/png/carried-plane.ts';
import { findChunks } from '../../src/png/chunks.ts';
import { channelCount, readHeader } from '../../src/png/header.ts';
import { key, photo, randomBytes, randomFrom, staticNoise } from '../support/pictures.ts';

const reader = makeWasmLaneReader()!;
const long = process.env.P2PIMG_LONG === '1';

interface Picture {
  readonly stream: readonly Uint8Array[];
  readonly shape: LaneShape;
}

/** What the fast way must make of it: the same by way of zlib, or undefined where that refuses. */
function byZlib({ stream, shape }: Picture): Uint8Array | undefined {
  const raw = nodePlatform.inflate(Buffer.concat(stream), rawLength(shape));
  if (raw === undefined) return undefined;
  try {
    return unfilterLane(raw, shape.width, shape.rows, shape.step, shape.step - 1);
  } catch {
    return undefined;
  }
}

/** Compares both ways. Returns whether the fast way read it; it may leave anything to zlib, but never read what zlib refuses. */
function agrees(t: ExecutionContext, picture: Picture, what: string): boolean {
  const fast = reader.read(picture.stream, picture.shape);
  if (fast === undefined) return false;
  const slow = byZlib(picture);
  if (slow === undefined || Buffer.compare(fast, slow) !== 0) t.fail(`${what}: not what zlib makes of it`);
  return true;
}

function parse(png: Uint8Array): Picture {
  const chunks = findChunks(png, defaultLimits);
  const { width, height, depth, colourType } = readHeader(chunks, defaultLimits);
  const stream = chunks.filter(({ type }) => type === 'IDAT').map(({ data }) => data);
  return { stream, shape: { width, rows: height, height, step: channelCount(colourType) * (depth / 8) } };
}

const variants: readonly CompileOptions[] = [
  {},
  { fidelity: 'grey' },
  { fidelity: { maxError: 4 } },
  { profile: 'alpha8-k1' },
  { profile: 'alpha8-k2', fidelity: 'grey' },
  { profile: 'alpha8-k2' },
  { profile: 'alpha8-k3', fidelity: { palette: 24 } },
  { profile: 'alpha8-k4', allowVisible: true },
  { profile: 'alpha8-k8', allowVisible: true },
];

for (const options of variants) {
  test(`G1 every picture of ours takes the fast way, to what zlib makes of it: ${JSON.stringify(options)}`, (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 70 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.boolean(),
        fc.uint8Array({ maxLength: 300 }),
        fc.option(fc.uint8Array({ minLength: 1, maxLength: 80 }), { nil: undefined }),
        (width, height, seed, noisy, payload, rights) => {
          const cover = compileCover(noisy ? staticNoise(width, height, seed) : photo(width, height, seed), options);
          const png = embed(cover, payload, { key, fit: 'tile', ...(rights && { rights }) });
          t.true(agrees(t, parse(png), 'our own'));
        },
      ),
      { numRuns: long ? 300 : 40 },
    );
  });
}

/** Rows like a picture's, each with a filter type; `kinds` of values make it compress more or less well. */
function rowsOf(shape: LaneShape, seed: number, kinds: number): Uint8Array {
  const random = randomFrom(seed);
  const raw = new Uint8Array(rawLength(shape));
  for (let i = 0; i < raw.length; i++) {
    const repeated = i > 40 && random() < 0.3;
    raw[i] = repeated ? raw[i - 1 - Math.floor(random() * 40)]! : Math.floor(random() * kinds);
  }
  for (let y = 0; y < shape.height; y++) {
    raw[y * (1 + shape.width * shape.step)] = Math.floor(random() * 5);
  }
  return raw;
}

const shapes = fc
  .record({
    width: fc.integer({ min: 1, max: 60 }),
    height: fc.integer({ min: 1, max: 40 }),
    step: fc.integer({ min: 1, max: 8 }),
    less: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ less, ...shape }) => ({ ...shape, rows: Math.max(1, shape.height - less) }));

test('G1 streams of other programs are read like zlib reads them', (t) => {
  const strategies = ['Z_DEFAULT_STRATEGY', 'Z_FILTERED', 'Z_HUFFMAN_ONLY', 'Z_RLE', 'Z_FIXED'] as const;
  let read = 0;
  const property = fc.property(
    shapes,
    fc.nat(),
    fc.constantFrom(1, 2, 3, 20, 256),
    fc.integer({ min: 0, max: 9 }),
    fc.constantFrom(...strategies),
    fc.nat(),
    (shape, seed, kinds, level, strategy, cut) => {
      const stream = deflateSync(rowsOf(shape, seed, kinds), { level, strategy: constants[strategy] });
      const at = cut % (stream.length + 1);
      const picture = { stream: [stream.subarray(0, at), stream.subarray(at)], shape };
      t.not(byZlib(picture), undefined);
      if (agrees(t, picture, `${strategy} ${level}`)) read++;
      else if (strategy === 'Z_HUFFMAN_ONLY' && kinds === 256 && rawLength(shape) > 1000) t.fail('left to zlib');
    },
  );
  fc.assert(property, { numRuns: long ? 4000 : 500 });
  t.true(read > 200, `${read} read by the fast way`);
});

for (const filter of [0, 1, 2, 3, 4]) {
  test(`G1 a picture whose first row has filter ${filter} takes the fast way`, (t) => {
    for (let step = 1; step <= 8; step++) {
      for (const width of [1, 2, 7, 300]) {
        const shape = { width, rows: 4, height: 4, step };
        const raw = rowsOf(shape, step, 256);
        // The second row refers to the first in all ways in turn.
        raw.set([filter]);
        raw.set([width % 5], 1 + width * step);
        const picture = { stream: [deflateSync(raw, { level: 0 })], shape };
        t.not(byZlib(picture), undefined);
        t.true(agrees(t, picture, `${width} pixels of ${step} bytes`), `${width} pixels of ${step} bytes`);
      }
    }
    t.is(
      reader.read([deflateSync(Uint8Array.of(5 + filter, 0))], { width: 1, rows: 1, height: 1, step: 1 }),
      undefined,
    );
  });
}

test('G1 the longest matches, the farthest distances and the longest codes', (t) => {
  const shape = { width: 16_000, rows: 5, height: 5, step: 4 };
  const raw = rowsOf(shape, 1, 256);
  raw.copyWithin(32_768 + 100, 100, 100 + 3000);
  raw.fill(7, 70_000, 90_000);
  t.true(agrees(t, { stream: [deflateSync(raw, { level: 9 })], shape }, 'farthest'));
  // Frequencies like Fibonacci's numbers make a code as long as it may be.
  let [before, frequency] = [1, 1];
  const skewed: number[] = [];
  for (let value = 0; skewed.length < 40_000; value++) {
    for (let i = 0; i < frequency; i++) skewed.push(value);
    [before, frequency] = [frequency, before + frequency];
  }
  const random = randomFrom(2);
  for (let i = 0; i < raw.length; i++) {
    if (i % (1 + 64_000) !== 0) raw[i] = skewed[Math.floor(random() * skewed.length)]!;
  }
  t.true(agrees(t, { stream: [deflateSync(raw, { strategy: constants.Z_HUFFMAN_ONLY })], shape }, 'longest'));
});

/** A change of the kinds that fuzzers make: bits, bytes, pieces cut out, doubled, or overwritten. Mostly in the first 120 bytes. */
function mutate(stream: Uint8Array, random: () => number): Buffer {
  const upTo = (limit: number): number => Math.floor(random() * limit);
  let bytes = Buffer.from(stream);
  for (let changes = 1 + upTo(3); changes > 0; changes--) {
    const at = upTo(random() < 0.6 ? Math.min(120, bytes.length) : bytes.length);
    const length = 1 + upTo(12);
    switch (upTo(5)) {
      case 0:
        bytes[at]! ^= 1 << upTo(8);
        break;
      case 1:
        bytes[at] = upTo(256);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, at + length), bytes.subarray(at)]);
        break;
      default:
        bytes.copyWithin(upTo(bytes.length), at, at + length);
    }
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

/** The stream with the right length of rows and Adler-32, as far as its blocks can be inflated. */
function repaired(stream: Uint8Array, shape: LaneShape): Picture {
  try {
    const { buffer, engine } = inflateRawSync(stream.subarray(2), { info: true }) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    const adler = deflateSync(buffer).subarray(-4);
    const blocks = stream.subarray(0, 2 + engine.bytesWritten);
    // One row of one-byte pixels is always possible; the filter type may still be none.
    const other = { width: buffer.length - 1, rows: 1, height: 1, step: 1 };
    return { stream: [blocks, adler], shape: buffer.length === rawLength(shape) || buffer.length < 2 ? shape : other };
  } catch {
    return { stream: [stream], shape };
  }
}

test('N6 G1 no changed stream is read that zlib refuses, nor read otherwise', (t) => {
  const seed = Number(process.env.P2PIMG_SEED ?? 20_261_127);
  t.log(`seed ${seed}`);
  t.timeout(600_000);
  const random = randomFrom(seed);
  const shape = { width: 17, rows: 9, height: 9, step: 4 };
  const cover = (options: CompileOptions): Picture =>
    parse(
      embed(compileCover(photo(20, 20), options), randomBytes(3, 200), {
        key,
        fit: 'tile',
        rights: randomBytes(4, 20),
      }),
    );
  const pictures: Picture[] = [
    cover({}),
    cover({ profile: 'alpha8-k2' }),
    cover({ profile: 'alpha8-k3', fidelity: { palette: 16 } }),
    ...[0, 1, 6, 9].map((level) => ({ stream: [deflateSync(rowsOf(shape, level, 20), { level })], shape })),
    { stream: [deflateSync(rowsOf(shape, 5, 256), { strategy: constants.Z_HUFFMAN_ONLY })], shape },
  ];
  const counts = { changed: 0, read: 0, zlib: 0 };
  for (let round = 0; round < (long ? 8000 : 600); round++) {
    for (const { stream, shape } of pictures) {
      const bytes = mutate(Buffer.concat(stream), random);
      for (const picture of [{ stream: [bytes], shape }, repaired(bytes, shape)]) {
        counts.changed++;
        if (byZlib(picture) !== undefined) counts.zlib++;
        if (agrees(t, picture, `seed ${seed}, change ${counts.changed}: ${bytes.toString('hex')}`)) counts.read++;
      }
    }
  }
  t.log(JSON.stringify(counts));
  t.true(counts.read > 50 && counts.read <= counts.zlib);
});

test('N6 a stream that is cut, or followed by something, is not read', (t) => {
  const { stream, shape } = parse(embed(compileCover(photo(20, 20)), randomBytes(3, 200), { key }));
  const whole = Buffer.concat(stream);
  for (let length = 0; length < whole.length; length++) {
    t.is(reader.read([whole.subarray(0, length)], shape), undefined);
  }
  t.is(reader.read([whole, Uint8Array.of(0)], shape), undefined);
  t.is(reader.read([whole], { ...shape, height: shape.height + 1 }), undefined);
  t.is(reader.read([whole], { ...shape, width: shape.width - 1 }), undefined);
  t.not(reader.read([whole], shape), undefined);
});

test('N6 pictures that do not fit into the memory are left to the platform', (t) => {
  const limit = 4 * 2 ** 20;
  const fits = { width: limit / 4 - 1, rows: 4, height: 4, step: 1 };
  const large = { ...fits, width: limit / 4 };
  for (const [shape, read] of [
    [fits, true],
    [large, false],
  ] as const) {
    const raw = new Uint8Array(rawLength(shape)).fill(1);
    t.is(agrees(t, { stream: [deflateSync(raw)], shape }, 'large'), read);
  }
  const tooLong = new Uint8Array(2 * 2 ** 20 + 1);
  t.is(reader.read([tooLong], { width: 1, rows: 1, height: 1, step: 1 }), undefined);
});
