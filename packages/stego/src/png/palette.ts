import { BadImageError } from '../errors.ts';
import type { Chunk } from './chunks.ts';
import { colourType, type PngHeader } from './header.ts';

/** Checks that PLTE and tRNS are there where they must be and as long as they may be. @throws BadImageError */
export function checkPalette({ colourType: type, depth }: PngHeader, chunks: readonly Chunk[]): void {
  const palette = chunks.find((chunk) => chunk.type === 'PLTE')?.data.length;
  const transparency = chunks.find((chunk) => chunk.type === 'tRNS')?.data.length;
  if (type === colourType.palette && palette === undefined) throw new BadImageError('the palette is missing');
  if (palette !== undefined && (palette % 3 !== 0 || palette < 3 || palette > 768)) {
    throw new BadImageError('the palette has a wrong length');
  }
  if (transparency === undefined) return;
  const longest = type === colourType.palette ? Math.min(palette! / 3, 1 << depth) : { 0: 2, 2: 6 }[type];
  if (longest === undefined || transparency > longest || (type !== colourType.palette && transparency !== longest)) {
    throw new BadImageError('tRNS has a wrong length');
  }
}
