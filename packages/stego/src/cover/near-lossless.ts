import { predict } from '../png/filters.ts';

/** For each difference of a sample from its prediction, the cheapest residual within the permitted error. */
export interface Quantiser {
  /** Index: difference + 255 (−255 … 255); value: residual as a difference. */
  readonly choices: Int16Array;
}

/** @param costs bits per literal, by residual modulo 256 */
export function makeQuantiser(costs: Uint8Array, maxError: number): Quantiser {
  const choices = new Int16Array(511);
  for (let difference = -255; difference <= 255; difference++) {
    let best = difference;
    for (let error = 1; error <= maxError; error++) {
      for (const candidate of [difference - error, difference + error]) {
        if (costs[candidate & 255]! < costs[best & 255]!) best = candidate;
      }
    }
    choices[difference + 255] = best;
  }
  return { choices };
}

/**
 * Filters a row, moving each sample by at most `maxError` where that makes it cheaper. `shown` gets the samples that a
 * decoder will see; predictions use those, so errors do not add up (near-lossless mode of JPEG-LS, ITU-T T.87).
 */
export function quantiseRow(
  { choices }: Quantiser,
  type: number,
  samples: Uint8Array,
  at: number,
  above: number,
  step: number,
  residual: Uint8Array,
  shown: Uint8Array,
): void {
  for (let i = 0; i < residual.length; i++) {
    const left = i < step ? 0 : shown[i - step]!;
    const up = above < 0 ? 0 : samples[above + i]!;
    const upLeft = above < 0 || i < step ? 0 : samples[above + i - step]!;
    const prediction = predict(type, left, up, upLeft);
    const sample = samples[at + i]!;
    let choice = choices[sample - prediction + 255]!;
    const result = prediction + choice;
    if (result < 0 || result > 255) choice = sample - prediction;
    shown[i] = prediction + choice;
    residual[i] = choice;
  }
}
