import { readFileSync } from 'node:fs';
import { decodeCover, type Raster } from '../src/index.ts';

export const payloadBytes: number = 10 * 1024;
export const key: Uint8Array = noise(32, 1);

/** Repeatable noise (xorshift32). */
export function noise(length: number, seed: number): Uint8Array {
  let state = seed * 0x9e3779b9 || 1;
  return Uint8Array.from({ length }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

/** A photograph of 204×204 pixels. */
export function photograph(name: 'astronaut' | 'cat'): Raster {
  return decodeCover(readFileSync(new URL(`pictures/${name}.png`, import.meta.url)));
}

/** The same picture at a whole fraction of its size: the mean of factor × factor pixels. */
export function shrink({ width, height, rgba }: Raster, factor: number): Raster {
  const columns = Math.floor(width / factor);
  const rows = Math.floor(height / factor);
  const small = new Uint8Array(columns * rows * 4);
  for (let y = 0, i = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      for (let channel = 0; channel < 4; channel++, i++) {
        let sum = 0;
        for (let dy = 0; dy < factor; dy++) {
          for (let dx = 0; dx < factor; dx++) {
            sum += rgba[((y * factor + dy) * width + x * factor + dx) * 4 + channel]!;
          }
        }
        small[i] = Math.round(sum / factor ** 2);
      }
    }
  }
  return { width: columns, height: rows, rgba: small };
}

/** The picture repeated to cover width × height. */
export function repeat({ width, height, rgba }: Raster, columns: number, rows: number): Raster {
  const large = new Uint8Array(columns * rows * 4);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x += width) {
      const from = (y % height) * width * 4;
      large.set(rgba.subarray(from, from + Math.min(width, columns - x) * 4), (y * columns + x) * 4);
    }
  }
  return { width: columns, height: rows, rgba: large };
}
