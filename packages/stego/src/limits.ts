import { LimitExceededError } from './errors.ts';

/** What an input may cost. Every field has a default in {@link defaultLimits}; passing it throws LimitExceededError. */
export interface Limits {
  /** Bytes of a PNG or JPEG file. */
  readonly imageBytes: number;
  /** Width × height in pixels. */
  readonly pixels: number;
  /** Chunks of a PNG, or marker segments of a JPEG. */
  readonly chunks: number;
  /** Bytes of a hidden file. */
  readonly payloadBytes: number;
}

export const defaultLimits: Limits = {
  imageBytes: 64 * 2 ** 20,
  pixels: 16 * 2 ** 20,
  chunks: 1024,
  payloadBytes: 12 * 2 ** 20,
};

/** @throws LimitExceededError when `actual` is above `limits[name]`. */
export function checkLimit(limits: Limits, name: keyof Limits, actual: number): void {
  if (actual > limits[name]) throw new LimitExceededError(name, limits[name], actual);
}
