import test from 'ava';
import fc from 'fast-check';
import {
  appendRights,
  type CompileOptions,
  capacity,
  compileCover,
  embed,
  extract,
  inspect,
  type Raster,
  readRights,
  stripRights,
  writeRights,
} from '../src/index.ts';
import { key, photo, randomBytes, staticNoise } from './support/pictures.ts';

const variants: readonly CompileOptions[] = [
  {},
  { fidelity: 'grey' },
  { fidelity: { maxError: 4 } },
  ...(['alpha8-k1', 'alpha8-k2', 'alpha8-k3'] as const).flatMap((profile) => [
    { profile },
    { profile, fidelity: 'grey' as const },
    { profile, fidelity: { maxError: 3 } },
    { profile, fidelity: { palette: 24 } },
  ]),
  { profile: 'alpha8-k4', allowVisible: true },
  { profile: 'alpha8-k8', allowVisible: true },
];

for (const options of variants) {
  test(`G1 any payload in any cover comes back byte for byte: ${JSON.stringify(options)}`, (t) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer(),
        fc.boolean(),
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom('tile', 'scale'),
        fc.option(fc.uint8Array({ minLength: 1, maxLength: 80 }), { nil: undefined }),
        (width, height, seed, noisy, payload, fit, rights) => {
          const image: Raster = noisy ? staticNoise(width, height, seed) : photo(width, height, seed);
          const cover = compileCover(image, options);
          const common = { key, mime: 'image/png', name: 'puppy.png', fit };
          const level1 = embed(cover, payload, common);
          const png = rights ? embed(cover, payload, { ...common, rights }) : level1;
          const file = extract(png, { key });
          t.deepEqual(Buffer.from(file.payload), Buffer.from(payload));
          t.is(file.mime, 'image/png');
          t.is(file.name, 'puppy.png');
          t.deepEqual(file.rights && Buffer.from(file.rights), rights && Buffer.from(rights));
          t.deepEqual(Buffer.from(stripRights(png)), Buffer.from(level1));
        },
      ),
      { numRuns: 40 },
    );
  });
}

test('G2 rights are appended, read, overwritten in place and stripped without a trace', (t) => {
  const cover = compileCover(photo(102, 102));
  const level1 = embed(cover, randomBytes(1, 5000), { key });
  const first = randomBytes(2, 512);
  const second = randomBytes(3, 512);
  const png = appendRights(level1, first);
  t.deepEqual(Buffer.from(readRights(png)!), Buffer.from(first));
  const size = png.length;
  writeRights(png, second);
  t.is(png.length, size);
  t.deepEqual(Buffer.from(readRights(png)!), Buffer.from(second));
  t.deepEqual(Buffer.from(png), Buffer.from(appendRights(level1, second)));
  t.deepEqual(Buffer.from(stripRights(png)), Buffer.from(level1));
  t.is(readRights(level1), undefined);
  t.deepEqual(Buffer.from(extract(png, { key }).payload), Buffer.from(randomBytes(1, 5000)));
});

test('G1 the same key, payload and cover give the same bytes, another payload another nonce', (t) => {
  const payload = randomBytes(1, 900);
  const one = embed(compileCover(photo(40, 40)), payload, { key });
  const two = embed(compileCover(photo(40, 40)), payload, { key });
  t.deepEqual(Buffer.from(one), Buffer.from(two));
});

test('G1 a payload of exactly the capacity fits, one byte more does not', (t) => {
  const cover = compileCover(photo(33, 21), { profile: 'alpha8-k3' });
  const most = capacity(33, 21, 'alpha8-k3') - 'application/octet-stream'.length;
  const payload = randomBytes(4, most);
  const png = embed(cover, payload, { key });
  t.deepEqual(Buffer.from(extract(png, { key }).payload), Buffer.from(payload));
  t.like(
    t.throws(() => embed(cover, randomBytes(4, most + 1), { key })),
    {
      code: 'COVER_TOO_SMALL',
      capacity: most,
      required: most + 1,
    },
  );
});

test('G1 inspect tells size, profile, capacity and band without a key', (t) => {
  const cover = compileCover(photo(64, 64), { profile: 'alpha8-k2' });
  const png = embed(cover, randomBytes(1, 700), { key, rights: randomBytes(2, 512) });
  const { rows, profile, rights, width } = inspect(png);
  t.is(width, 64);
  t.is(profile, 'alpha8-k2');
  t.is(rights?.length, 512);
  t.true(rows < 64);
});
