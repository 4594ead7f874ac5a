import type { Raster } from '../../src/raster.ts';

/** Numbers in [0, 1) from a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function randomBytes(seed: number, length: number): Uint8Array {
  const random = randomFrom(seed);
  return Uint8Array.from({ length }, () => Math.floor(random() * 256));
}

/** A picture like a photograph: soft shapes in several sizes, an edge, and sensor noise. */
export function photo(width: number, height: number, seed = 1): Raster {
  const random = randomFrom(seed);
  const waves = Array.from({ length: 12 }, (_, i) => {
    const scale = 2 ** (i / 2) / Math.max(width, height);
    return {
      x: (random() - 0.5) * scale * 12,
      y: (random() - 0.5) * scale * 12,
      phase: random() * 6,
      size: 60 / (i + 1),
    };
  });
  const tints = Array.from({ length: 3 }, () => 100 + random() * 60);
  const rgba = new Uint8Array(width * height * 4);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i += 4) {
      const light = waves.reduce((sum, wave) => sum + wave.size * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);
      const edge = x + y * 0.7 > width * 0.8 ? 35 : 0;
      for (let channel = 0; channel < 3; channel++) {
        const noise = (random() + random() - 1) * 9;
        rgba[i + channel] = Math.max(
          0,
          Math.min(255, Math.round(tints[channel]! + light * (0.8 + channel / 8) + edge + noise)),
        );
      }
      rgba[i + 3] = 255;
    }
  }
  return { width, height, rgba };
}

/** Independent random samples: the cover that compresses worst. */
export function staticNoise(width: number, height: number, seed: number): Raster {
  const rgba = randomBytes(seed, width * height * 4);
  for (let i = 3; i < rgba.length; i += 4) rgba[i] = 255;
  return { width, height, rgba };
}

export const key: Uint8Array = randomBytes(7, 32);
