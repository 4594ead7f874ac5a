import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { type Bench, type BenchOptions, type Figure, race } from '@p2pimg/testkit/bench';
import { PNG } from 'pngjs';
import {
  type CompileOptions,
  compileCover,
  cropRows,
  embed,
  extract,
  psnr,
  type Raster,
  readRights,
  render,
  ssim,
  writeRights,
} from '../src/index.ts';
import { type Encoder, figuresOf } from './figures.ts';
import { key, noise, payloadBytes, photograph, repeat, shrink } from './fixtures.ts';
import { asPng, plainEmbed, rivals } from './rivals.ts';

export const benches: Readonly<Record<string, Bench>> = {
  embed: benchEmbed,
  extract: benchExtract,
  rights: benchRights,
  quality: benchQuality,
  compile: benchCompile,
  large: benchLarge,
  memory: benchMemory,
};

const payload = noise(payloadBytes, 2);
const photo = photograph('astronaut');
// The payload alone decides the size: a quarter of the pixels carries as much with 16 bits.
const photo16 = shrink(photo, 2);
// A grant stays as it is from one view to the next; the counter and the MAC at the end change.
const versions = [3, 4].map((seed) => Uint8Array.of(...noise(464, 3), ...noise(48, seed)));

async function* benchEmbed({ effort }: BenchOptions): AsyncGenerator<Figure> {
  const ours = (name: string, image: Raster, options: CompileOptions): Encoder => {
    const cover = compileCover(image, options);
    return { name, run: () => embed(cover, payload, { key, mime: 'image/jpeg' }).length };
  };
  const nonce = noise(12, 4);
  const contenders: Encoder[] = [
    ours('alpha16 exact', photo16, {}),
    ours('alpha16 ±1', photo16, { fidelity: { maxError: 1 } }),
    ours('alpha16 ±4', photo16, { fidelity: { maxError: 4 } }),
    ours('alpha16 grey', photo16, { fidelity: 'grey' }),
    ours('alpha8-k2 exact', photo, { profile: 'alpha8-k2' }),
    ours('alpha8-k2 ±4', photo, { profile: 'alpha8-k2', fidelity: { maxError: 4 } }),
    ours('alpha8-k2 grey', photo, { profile: 'alpha8-k2', fidelity: 'grey' }),
    ours('alpha8-k3 palette of 32', photo, { profile: 'alpha8-k3', fidelity: { palette: 32 } }),
    ...rivals.map(({ name, encode }) => ({
      name,
      run: async () => (await encode(plainEmbed(photo, payload, key, nonce))).length,
    })),
  ];
  yield* figuresOf('embed 10 KB', await race(contenders, effort), 'pngjs defaults');
}

async function* benchExtract({ effort }: BenchOptions): AsyncGenerator<Figure> {
  const plain = rivals[0]!.encode(plainEmbed(photo, payload, key, noise(12, 4))) as Uint8Array;
  const ours = (name: string, image: Raster, options: CompileOptions): Encoder => {
    const png = embed(compileCover(image, options), payload, { key });
    return { name, run: () => void extract(png, { key }) };
  };
  const contenders: Encoder[] = [
    ours('alpha16 exact', photo16, {}),
    ours('alpha8-k2 exact', photo, { profile: 'alpha8-k2' }),
    { name: 'pngjs, decoding only', run: () => void PNG.sync.read(Buffer.from(plain)) },
  ];
  yield* figuresOf('extract 10 KB', await race(contenders, effort), 'pngjs, decoding only');
}

async function* benchRights({ effort }: BenchOptions): AsyncGenerator<Figure> {
  const ours = (name: string, image: Raster, options: CompileOptions): Encoder[] => {
    const png = embed(compileCover(image, options), payload, { key, rights: versions[0]! });
    let turn = 1;
    return [
      { name: `${name}: write`, run: () => void writeRights(png, versions[turn++ & 1]!) },
      { name: `${name}: read`, run: () => void readRights(png) },
    ];
  };
  const plain = Buffer.from(rivals[0]!.encode(plainEmbed(photo, payload, key, noise(12, 4))) as Uint8Array);
  const contenders: Encoder[] = [
    ...ours('alpha16', photo16, {}),
    ...ours('alpha8-k2', photo, { profile: 'alpha8-k2' }),
    { name: 'pngjs read + write', run: () => void PNG.sync.write(PNG.sync.read(plain)) },
  ];
  yield* figuresOf('rights band 512 B', await race(contenders, effort), 'pngjs read + write');
}

async function* benchQuality(): AsyncGenerator<Figure> {
  const backgrounds = { white: [255, 255, 255], grey: [128, 128, 128], black: [0, 0, 0] } as const;
  const variants: readonly (readonly [string, Raster, CompileOptions])[] = [
    ['alpha16 exact', photo16, {}],
    ['alpha16 ±1', photo16, { fidelity: { maxError: 1 } }],
    ['alpha16 ±4', photo16, { fidelity: { maxError: 4 } }],
    ['alpha8-k2 exact', photo, { profile: 'alpha8-k2' }],
  ];
  for (const [name, image, options] of variants) {
    const shown = render(embed(compileCover(image, options), payload, { key }));
    const original = cropRows(image, shown.height);
    for (const [colour, background] of Object.entries(backgrounds)) {
      const metric = `${name} over ${colour}`;
      yield { bench: 'psnr', metric, value: psnr(shown, original, background), unit: 'dB' };
      yield { bench: 'ssim', metric, value: ssim(shown, original, background), unit: 'ssim' };
    }
  }
}

async function* benchCompile({ effort }: BenchOptions): AsyncGenerator<Figure> {
  const contenders: Encoder[] = [
    { name: 'alpha16 exact', run: () => void compileCover(photo16) },
    { name: 'alpha8-k2 exact', run: () => void compileCover(photo, { profile: 'alpha8-k2' }) },
    { name: 'pngjs defaults, encoding once', run: () => PNG.sync.write(asPng(photo)).length },
  ];
  yield* figuresOf('compile a cover', await race(contenders, effort), 'pngjs defaults, encoding once');
}

const largePayload = (small: boolean): number => (5 * 2 ** 20) / (small ? 100 : 1);

/** 5 MB in a picture of 5.3 Mpx (a hundredth of it in the small mode). */
async function* benchLarge({ small, effort }: BenchOptions): AsyncGenerator<Figure> {
  const large = noise(largePayload(small), 5);
  const columns = Math.ceil(2304 / (small ? 10 : 1));
  const image = repeat(photo, columns, columns);
  const cover = compileCover(image);
  const png = embed(cover, large, { key });
  const contenders: Encoder[] = [
    { name: 'compile the cover', run: () => void compileCover(image) },
    { name: 'embed', run: () => embed(cover, large, { key }).length },
    { name: 'extract', run: () => void extract(png, { key }) },
  ];
  const results = await race(contenders, { rounds: Math.min(3, effort.rounds), roundMs: 1 });
  for (const { name, ms } of results) yield { bench: 'large payload', metric: name, value: ms, unit: 'ms' };
}

/** The same in fresh processes, and five hostile pictures given to three readers each. */
async function* benchMemory({ small }: BenchOptions): AsyncGenerator<Figure> {
  const length = largePayload(small);
  const columns = Math.ceil(Math.sqrt(length * 1.002)) + 16;
  const inputs: readonly (readonly [operation: string, input: Uint8Array])[] = [
    ['compile and embed', new Uint8Array(0)],
    ['extract', embed(compileCover(repeat(photo, columns, columns)), noise(length, 5), { key })],
    ['refuse 15 times', deflateSync(new Uint8Array(64 * 2 ** 20))],
  ];
  for (const [operation, input] of inputs) {
    const program = fileURLToPath(new URL('memory.ts', import.meta.url));
    const args = ['--conditions=@p2pimg/source', program, operation, `${length}`];
    const { ms, mebibytes } = JSON.parse(execFileSync(process.execPath, args, { input, encoding: 'utf8' }));
    yield { bench: 'memory', metric: `${operation}: time`, value: ms, unit: 'ms' };
    yield { bench: 'memory', metric: `${operation}: growth`, value: mebibytes, unit: 'MiB' };
  }
}
