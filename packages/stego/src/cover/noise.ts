import { filterType, predict } from '../png/filters.ts';
import type { ProfileTraits } from '../profile.ts';

/** How often each residual of the carrying byte comes, per filter, in units of 1 / `unit`; the payload is noise. */
export interface NoiseModel {
  readonly unit: number;
  /** For filter types 0 … 4: [residual, weight] of those that occur away from the edges. */
  readonly residuals: readonly (readonly (readonly [residual: number, weight: number])[])[];
  /** Every residual that can occur anywhere, edges counted. */
  readonly reachable: readonly number[];
}

const filterTypes = Object.values(filterType);

/** Exact distribution of the residuals, by enumeration of the three neighbours. */
export function noiseModel({ bits, floor }: ProfileTraits): NoiseModel {
  const values = 1 << bits;
  if (values === 256) {
    const uniform = Array.from({ length: 256 }, (_, residual) => [residual, 1] as const);
    return { unit: 256, residuals: filterTypes.map(() => uniform), reachable: uniform.map(([residual]) => residual) };
  }
  // Value and three neighbours; the value is uniform and independent, so its count divides out of nothing: unit = K⁴.
  const residuals = filterTypes.map((type) => {
    const weights = new Float64Array(256);
    for (let n = 0; n < values ** 3; n++) {
      const left = floor + (n % values);
      const above = floor + (Math.floor(n / values) % values);
      const aboveLeft = floor + Math.floor(n / values ** 2);
      const prediction = predict(type, left, above, aboveLeft);
      for (let value = floor; value < 256; value++) weights[(value - prediction) & 255]!++;
    }
    return [...weights.entries()].filter(([, weight]) => weight > 0);
  });
  return { unit: values ** 4, residuals, reachable: reachableResiduals(floor) };
}

function reachableResiduals(floor: number): number[] {
  const reachable = new Set<number>();
  const values = Array.from({ length: 256 - floor }, (_, i) => floor + i);
  for (const value of values) {
    reachable.add(value);
    for (const neighbour of values) {
      reachable.add((value - neighbour) & 255);
      reachable.add((value - (neighbour >> 1)) & 255);
    }
  }
  return [...reachable].sort((a, b) => a - b);
}
