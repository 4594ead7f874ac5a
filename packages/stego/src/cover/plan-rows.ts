import { literalCount } from '../deflate/dynamic-header.ts';
import { codeLengths } from '../deflate/huffman.ts';
import { filterRow, filterType } from '../png/filters.ts';
import type { PixelLayout } from './layout.ts';
import { makeQuantiser, type Quantiser, quantiseRow } from './near-lossless.ts';
import type { NoiseModel } from './noise.ts';

/** The samples of a picture that a PNG will hold: `channels` bytes per pixel. */
export interface ColourPlane {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly samples: Uint8Array;
}

/** One filter per row, what it leaves of the samples, and how often each literal occurs (with the noise, in its units). */
export interface RowPlan {
  readonly filters: Uint8Array;
  readonly residuals: Uint8Array;
  readonly frequencies: Float64Array;
}

// The first row looks at nothing above it, so that rows can repeat from the top when the cover is tiled.
const firstRowFilters = [filterType.none, filterType.sub] as const;
const laterRowFilters = Object.values(filterType);

const estimatePasses = 2;
const estimatePixels = 1 << 17;
/** Bits charged for a literal that has no code yet. */
const absentCost = 14;
const codeLimit = 15;

/**
 * Chooses the row filters for the bits that they really cost: code lengths of one pass are the prices of the next.
 * With `maxError` > 0 each sample may move by that much if that makes it cheaper; `plane.samples` is then changed to
 * what the PNG will show.
 */
export function planRows(plane: ColourPlane, layout: PixelLayout, noise: NoiseModel, maxError: number): RowPlan {
  const { width, height, samples } = plane;
  const rowStep = Math.max(1, Math.floor((width * height) / estimatePixels));
  let costs = magnitudeCosts();
  for (let pass = 0; pass < estimatePasses; pass++) {
    const sketch = maxError > 0 ? { ...plane, samples: samples.slice() } : plane;
    const { frequencies } = planPass(sketch, layout, noise, maxError, costs, rowStep, false);
    costs = codeLengths(frequencies, codeLimit).map((length) => (length === 0 ? absentCost : length));
  }
  return planPass(plane, layout, noise, maxError, costs, 1, true);
}

/** First prices: the distance from zero, as in the "minimum sum of absolute differences" of PNG section 12.7. */
function magnitudeCosts(): Uint8Array {
  return Uint8Array.from({ length: literalCount }, (_, s) => (s < 128 ? s : s < 256 ? 256 - s : 0));
}

function planPass(
  plane: ColourPlane,
  layout: PixelLayout,
  noise: NoiseModel,
  maxError: number,
  costs: Uint8Array,
  rowStep: number,
  keepResiduals: boolean,
): RowPlan {
  const { width, height, channels, samples } = plane;
  const rowLength = width * channels;
  const constants = layout.lanes.flatMap((lane) => ('constant' in lane ? [lane.constant] : []));
  const pixelCosts = laterRowFilters.map((type) => carriedCost(type, constants, noise, costs));
  const quantiser: Quantiser | undefined = maxError > 0 ? makeQuantiser(costs, maxError) : undefined;
  const plan: RowPlan = {
    filters: new Uint8Array(height),
    residuals: new Uint8Array(keepResiduals ? rowLength * height : 0),
    frequencies: new Float64Array(literalCount),
  };
  const candidates = laterRowFilters.map(() => ({
    residual: new Uint8Array(rowLength),
    shown: new Uint8Array(quantiser ? rowLength : 0),
  }));

  for (let y = 0; y < height; y += rowStep) {
    const at = y * rowLength;
    const above = y === 0 ? -1 : at - rowLength;
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (const type of y === 0 ? firstRowFilters : laterRowFilters) {
      const { residual, shown } = candidates[type]!;
      if (quantiser) quantiseRow(quantiser, type, samples, at, above, channels, residual, shown);
      else filterRow(type, samples, at, above, rowLength, channels, residual);
      const cost = width * pixelCosts[type]! + noise.unit * totalCost(residual, costs);
      if (cost < bestCost) {
        best = type;
        bestCost = cost;
      }
    }
    const { residual, shown } = candidates[best]!;
    plan.filters[y] = best;
    if (keepResiduals) plan.residuals.set(residual, at);
    if (quantiser) samples.set(shown, at);
    countRow(plan.frequencies, best, residual, constants, noise, width, y);
  }
  return plan;
}

function totalCost(residual: Uint8Array, costs: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < residual.length; i++) total += costs[residual[i]!]!;
  return total;
}

/** Price of the bytes that are not samples, per pixel, in 1 / noise.unit bits. */
function carriedCost(type: number, constants: readonly number[], noise: NoiseModel, costs: Uint8Array): number {
  let cost = 0;
  for (const constant of constants) cost += noise.unit * costs[type === filterType.none ? constant : 0]!;
  for (const [residual, weight] of noise.residuals[type]!) cost += weight * costs[residual]!;
  return cost;
}

function countRow(
  frequencies: Float64Array,
  type: number,
  residual: Uint8Array,
  constants: readonly number[],
  noise: NoiseModel,
  width: number,
  y: number,
): void {
  const { unit } = noise;
  frequencies[type]! += unit;
  for (let i = 0; i < residual.length; i++) frequencies[residual[i]!]! += unit;
  for (const constant of constants) {
    frequencies[constantResidual(type, constant, 0, y)]! += unit;
    frequencies[constantResidual(type, constant, 1, y)]! += unit * (width - 1);
  }
  for (const [noiseResidual, weight] of noise.residuals[type]!) frequencies[noiseResidual]! += width * weight;
}

/** What a filter leaves of a lane that has the same value everywhere. */
export function constantResidual(type: number, constant: number, x: number, y: number): number {
  const left = x > 0 ? constant : 0;
  const above = y > 0 ? constant : 0;
  switch (type) {
    case filterType.none:
      return constant;
    case filterType.sub:
      return constant - left;
    case filterType.up:
      return constant - above;
    case filterType.average:
      return constant - ((left + above) >> 1);
    default:
      return left + above > 0 ? 0 : constant;
  }
}
