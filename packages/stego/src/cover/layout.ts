import { colourType } from '../png/header.ts';
import type { ProfileTraits } from '../profile.ts';

/**
 * One byte of a pixel that the payload never changes: a sample of the picture (`channel`), or always the same value
 * (`constant`).
 */
export type Lane = { readonly channel: number } | { readonly constant: number };

/** How a pixel lies in a PNG row: the lanes in order, then the byte that carries the payload. */
export interface PixelLayout {
  readonly colourType: number;
  readonly depth: 8 | 16;
  readonly lanes: readonly Lane[];
  /** Samples of the picture per pixel. */
  readonly channels: number;
}

// 16-bit samples are (v << 8) | 0x80: taking the high byte and rounding v16 / 257 both give v back.
const lowByte: Lane = { constant: 0x80 };
const opaqueHighByte: Lane = { constant: 0xff };

/** Layout of a direct-colour picture with `channels` 1 (grey) or 3 (RGB). */
export function directLayout({ depth }: ProfileTraits, channels: 1 | 3): PixelLayout {
  const samples: Lane[] = Array.from({ length: channels }, (_, channel) => ({ channel }));
  return {
    colourType: channels === 1 ? colourType.greyAlpha : colourType.rgba,
    depth,
    lanes: depth === 8 ? samples : [...samples.flatMap((sample) => [sample, lowByte]), opaqueHighByte],
    channels,
  };
}

/** Layout of a palette picture: nothing but the index, whose low bits choose the alpha. */
export const paletteLayout: PixelLayout = { colourType: colourType.palette, depth: 8, lanes: [], channels: 0 };

export function bytesPerPixel(layout: PixelLayout): number {
  return layout.lanes.length + 1;
}
