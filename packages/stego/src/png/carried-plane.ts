import { BadImageError } from '../errors.ts';
import { paeth } from './filters.ts';

/**
 * Undoes the row filters of one byte of each pixel; PNG filters never mix the bytes of a pixel, so the others need not
 * be decoded.
 * @param raw the inflated rows, each a filter type and then width × step bytes
 * @param lane which byte of a pixel, 0 … step − 1
 * @returns width × rows bytes
 * @throws BadImageError for an unknown filter type
 */
export function unfilterLane(raw: Uint8Array, width: number, rows: number, step: number, lane: number): Uint8Array {
  const plane = new Uint8Array(width * rows);
  const rowLength = width * step + 1;
  for (let y = 0; y < rows; y++) {
    const from = y * rowLength;
    const type = raw[from]!;
    if (type > 4) throw new BadImageError(`row ${y} has filter type ${type}`);
    unfilterRow(type, raw, from + 1 + lane, step, plane, y * width, width);
  }
  return plane;
}

function unfilterRow(
  type: number,
  raw: Uint8Array,
  from: number,
  step: number,
  plane: Uint8Array,
  at: number,
  width: number,
): void {
  const above = at - width;
  const end = at + width;
  const first = above < 0;
  if (type === 0 || (type === 2 && first)) {
    for (let to = at, i = from; to < end; to++, i += step) plane[to] = raw[i]!;
  } else if (type === 1 || (type === 4 && first)) {
    for (let to = at, i = from, left = 0; to < end; to++, i += step) {
      left = (left + raw[i]!) & 255;
      plane[to] = left;
    }
  } else if (type === 2) {
    for (let to = at, i = from; to < end; to++, i += step) plane[to] = raw[i]! + plane[to - width]!;
  } else if (type === 3) {
    for (let to = at, i = from, left = 0; to < end; to++, i += step) {
      left = (raw[i]! + ((left + (first ? 0 : plane[to - width]!)) >> 1)) & 255;
      plane[to] = left;
    }
  } else {
    for (let to = at, i = from, left = 0, aboveLeft = 0; to < end; to++, i += step) {
      const up = plane[to - width]!;
      left = (raw[i]! + paeth(left, up, aboveLeft)) & 255;
      aboveLeft = up;
      plane[to] = left;
    }
  }
}
