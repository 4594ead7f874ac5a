import { BitWriter } from '../deflate/bit-writer.ts';
import { distanceCount, endOfBlock, literalCount, writeDynamicHeader } from '../deflate/dynamic-header.ts';
import { canonicalCode, codeLengths, type HuffmanCode } from '../deflate/huffman.ts';
import { BadArgumentError, VisibleProfileError } from '../errors.ts';
import type { Platform } from '../platform.ts';
import { concat, makeChunk } from '../png/chunks.ts';
import { defaultProfile, type Profile, type ProfileTraits, profileTraits } from '../profile.ts';
import { checkRaster, type Raster } from '../raster.ts';
import { encodeFixedBytes, type FixedBits } from './fixed-bits.ts';
import { directLayout, type PixelLayout, paletteLayout } from './layout.ts';
import { noiseModel } from './noise.ts';
import { makePalette } from './palette.ts';
import { type ColourPlane, planRows } from './plan-rows.ts';
import { flatten, greySamples } from './samples.ts';

/**
 * How exactly the cover is kept. Colours that are partly transparent are put on white first.
 * - `'exact'`: every sample as it is;
 * - `{ maxError }`: each sample may move by up to 1 … 32 levels where that saves bytes (4 gives about 40 dB);
 * - `'grey'`: luma only;
 * - `{ palette }`: at most so many colours, 2 … 256 >> k; 8-bit profiles only.
 */
export type Fidelity = 'exact' | 'grey' | { readonly maxError: number } | { readonly palette: number };

export interface CompileOptions {
  readonly profile?: Profile;
  readonly fidelity?: Fidelity;
  /** Needed for profiles whose noise shows. */
  readonly allowVisible?: boolean;
}

/**
 * A cover with everything worked out that does not depend on the payload: row filters, Huffman code, the bits of every
 * byte but the one that carries, and their part of the checksum. Compile once, embed many times; treat as opaque.
 */
export interface CompiledCover {
  readonly width: number;
  readonly height: number;
  readonly profile: Profile;
  readonly fidelity: Fidelity;
  /** The picture it was made from; scaling starts from it. */
  readonly source: Raster;
  readonly layout: PixelLayout;
  /** SHA-256 of the prepared picture; enters the synthetic nonce. */
  readonly digest: Uint8Array;
  /** PLTE and tRNS, or empty. */
  readonly paletteChunks: Uint8Array;
  /** Per pixel what the carrying byte is combined with by "or"; empty unless there is a palette. */
  readonly indexBase: Uint8Array;
  readonly filters: Uint8Array;
  /** Header of the deflate block; the last byte may be partial. */
  readonly blockHeader: Uint8Array;
  readonly blockHeaderBits: number;
  /** Per literal and end of block: code length << 16 | code. */
  readonly codes: Int32Array;
  readonly fixed: FixedBits;
}

/** Bits of the longest code. */
export const codeLimit = 15;
const largestError = 32;
/** Up to here the sums of a row are exact in a double. */
const largestWidth = 65_535;

/**
 * Compiles a cover.
 * @throws BadArgumentError, VisibleProfileError
 */
export function compileCover(platform: Platform, image: Raster, options: CompileOptions = {}): CompiledCover {
  const { profile = defaultProfile, fidelity = 'exact', allowVisible = false } = options;
  checkRaster(image);
  if (image.width > largestWidth) throw new BadArgumentError(`a cover is at most ${largestWidth} pixels wide`);
  const traits = profileTraits(profile);
  if (traits.visible && !allowVisible) throw new VisibleProfileError(profile);
  const common = { width: image.width, height: image.height, profile, fidelity, source: image };
  if (typeof fidelity === 'object' && 'palette' in fidelity) {
    return { ...common, ...compilePalette(platform, image, traits, fidelity.palette) };
  }
  const maxError = typeof fidelity === 'object' ? fidelity.maxError : 0;
  if (!Number.isInteger(maxError) || maxError < 0 || maxError > largestError) {
    throw new BadArgumentError(`maxError is a whole number from 0 to ${largestError}`);
  }
  return { ...common, ...compileDirect(platform, image, traits, fidelity === 'grey' ? 1 : 3, maxError) };
}

type Compiled = Omit<CompiledCover, 'width' | 'height' | 'profile' | 'fidelity' | 'source'>;

function compileDirect(
  platform: Platform,
  image: Raster,
  traits: ProfileTraits,
  channels: 1 | 3,
  maxError: number,
): Compiled {
  const layout = directLayout(traits, channels);
  const noise = noiseModel(traits);
  const samples = channels === 1 ? greySamples(image) : flatten(image);
  const plane: ColourPlane = { width: image.width, height: image.height, channels, samples };
  const plan = planRows(plane, layout, noise, maxError);
  const code = makeCode(plan.frequencies, noise.reachable);
  return {
    layout,
    digest: digestOf(platform, image, layout, plane.samples),
    paletteChunks: new Uint8Array(0),
    indexBase: new Uint8Array(0),
    filters: plan.filters,
    ...describeCode(code),
    fixed: encodeFixedBytes(plane, layout, plan, code),
  };
}

function compilePalette(platform: Platform, image: Raster, traits: ProfileTraits, colours: number): Compiled {
  const values = 1 << traits.bits;
  if (traits.depth !== 8) throw new BadArgumentError('a palette needs an 8-bit profile');
  if (!Number.isInteger(colours) || colours < 2 || colours * values > 256) {
    throw new BadArgumentError(`with this profile a palette has 2 to ${256 / values} colours`);
  }
  const { width, height } = image;
  const { palette, indices } = makePalette(flatten(image), colours);
  const frequencies = new Float64Array(literalCount);
  const indexBase = indices.map((index) => index * values);
  for (const base of indexBase) for (let s = 0; s < values; s++) frequencies[base + s]!++;
  frequencies[0]! += height * values;
  const plte = new Uint8Array(palette.length * values);
  const trns = new Uint8Array((palette.length / 3) * values);
  for (let entry = 0; entry < trns.length; entry++) {
    const colour = Math.floor(entry / values) * 3;
    plte.set(palette.subarray(colour, colour + 3), entry * 3);
    trns[entry] = traits.floor + (entry % values);
  }
  const code = makeCode(frequencies, []);
  const filters = new Uint8Array(height);
  const noSamples = new Uint8Array(0);
  return {
    layout: paletteLayout,
    digest: digestOf(platform, image, paletteLayout, plte, indices),
    paletteChunks: concat([makeChunk(platform, 'PLTE', plte), makeChunk(platform, 'tRNS', trns)]),
    indexBase,
    filters,
    ...describeCode(code),
    fixed: encodeFixedBytes(
      { width, height, channels: 0, samples: noSamples },
      paletteLayout,
      { filters, residuals: noSamples },
      code,
    ),
  };
}

function digestOf(
  platform: Platform,
  { width, height }: Raster,
  layout: PixelLayout,
  ...parts: readonly Uint8Array[]
): Uint8Array {
  const shape = Uint32Array.of(width, height, layout.colourType, layout.depth);
  return platform.sha256(new TextEncoder().encode(shape.join(' ')), ...parts);
}

/** An optimal code in which everything that may have to be written has a place. */
function makeCode(frequencies: Float64Array, reachable: readonly number[]): HuffmanCode {
  const complete = frequencies.slice();
  for (const residual of reachable) complete[residual]! += 1;
  complete[endOfBlock] = 1;
  return canonicalCode(codeLengths(complete, codeLimit));
}

function describeCode(code: HuffmanCode): Pick<CompiledCover, 'blockHeader' | 'blockHeaderBits' | 'codes'> {
  const distances = new Uint8Array(distanceCount);
  distances[0] = 1; // RFC 1951 section 3.2.7: one code of one bit also when no distance is used
  const writer = new BitWriter(new Uint8Array(512));
  writeDynamicHeader(writer, code.lengths, distances, false);
  const blockHeaderBits = writer.bitLength;
  return {
    blockHeader: writer.bytes.slice(0, writer.align()),
    blockHeaderBits,
    codes: Int32Array.from({ length: endOfBlock + 1 }, (_, s) => (code.lengths[s]! << 16) | code.codes[s]!),
  };
}
