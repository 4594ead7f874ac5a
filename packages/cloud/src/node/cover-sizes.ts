import { type CompiledCover, compileCover, type Raster, scaleToPixels } from '@p2pimg/stego';

/** The smallest size in which a cover is kept, in pixels, … */
const SMALLEST_PIXELS = 4_096;
/** … and by how much each size exceeds the one below. */
const STEP = 9 / 8;
/** Compiled covers that a thread keeps, in pixels; about 14 bytes each. */
const KEPT_PIXELS = 8_000_000;

/**
 * The size of a cover for a payload that needs so many pixels: the next of a fixed series, so that all servers choose alike
 * and few sizes have to be compiled. Undefined when the whole cover is not larger.
 */
export function coverPixels(needed: number, wholePixels: number): number | undefined {
  let pixels = SMALLEST_PIXELS;
  while (pixels < needed) pixels = Math.ceil(pixels * STEP);
  return pixels < wholePixels ? pixels : undefined;
}

/** One cover in the sizes that were asked for; the least recently used ones are forgotten. */
export class CoverSizes {
  readonly #image: Raster;
  readonly #compiled = new Map<number, CompiledCover>();
  readonly #whole: CompiledCover;
  #pixels = 0;

  /** @throws StegoError when the cover cannot be used */
  constructor(image: Raster) {
    this.#image = image;
    this.#whole = compileCover(image);
  }

  /** Shows the whole picture where it can: a cover of about `needed` pixels, or the original when even that is too small. */
  fitting(needed: number): CompiledCover {
    const pixels = coverPixels(needed, this.#image.width * this.#image.height);
    if (pixels === undefined) return this.#whole;
    const known = this.#compiled.get(pixels);
    if (known !== undefined) {
      this.#compiled.delete(pixels);
      this.#compiled.set(pixels, known);
      return known;
    }
    const fresh = compileCover(scaleToPixels(this.#image, pixels));
    this.#compiled.set(pixels, fresh);
    this.#pixels += pixels;
    for (const [size] of this.#compiled) {
      if (this.#pixels <= KEPT_PIXELS || size === pixels) break;
      this.#compiled.delete(size);
      this.#pixels -= size;
    }
    return fresh;
  }
}
