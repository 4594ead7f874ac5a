/**
 * A picture between peers travels in parts, one transfer each, so that what has arrived survives a crash of either side: at most 128 parts of
 * 32 KiB to 512 KiB. Both sides compute them from the length alone.
 */

import type { Context } from '../context.ts';

const MOST_PARTS = 128;
const LEAST_BYTES: number = 32 * 1024;

export interface Part {
  readonly offset: number;
  readonly length: number;
}

/** The length of every part but the last: a multiple of 32 KiB. */
export function partBytes(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / (MOST_PARTS * LEAST_BYTES))) * LEAST_BYTES;
}

/** The parts from an offset on, which lies at the beginning of a part or at the end. */
export function partsFrom(bytes: number, from: number): readonly Part[] {
  const size = partBytes(bytes);
  const parts: Part[] = [];
  for (let offset = from; offset < bytes; offset += size)
    parts.push({ offset, length: Math.min(size, bytes - offset) });
  return parts;
}

/** How much of a picture counts when so many of its bytes are there: all of it, or whole parts. */
export function wholeParts(bytes: number, there: number): number {
  if (there >= bytes) return bytes;
  const size = partBytes(bytes);
  return Math.floor(there / size) * size;
}

/** The id of a part's transfer: the first twelve bytes of the offer's, and the offset. */
export function partId(offerId: string, offset: number): string {
  return offerId.slice(0, 24) + offset.toString(16).padStart(8, '0');
}

/** Bytes per ms below which a picture is given up: 8 KB/s. */
const SLOWEST = 8;

export function transferDeadline({ now, settings }: Context, bytes: number): number {
  return now + settings.transferStartMs + bytes / SLOWEST;
}
