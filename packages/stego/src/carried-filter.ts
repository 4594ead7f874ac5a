import { filterType, paeth } from './png/filters.ts';

/** Filters the carrying bytes of row `y` of a plane into `out`. The first row of a cover is never filtered by its above. */
export type CarriedFilter = (type: number, plane: Uint8Array, y: number, width: number, out: Uint8Array) => void;

/** Up to so many bits per pixel all cases of Paeth's predictor are put into a table. */
const largestTableBits = 4;
const filters = new Map<number, CarriedFilter>();

/** The filter for planes whose bytes differ in their `bits` low bits only. */
export function carriedFilter(bits: number): CarriedFilter {
  let filter = filters.get(bits);
  if (filter === undefined) {
    const paethRow = bits <= largestTableBits ? tabledPaeth(bits) : plainPaeth;
    filter = (type, plane, y, width, out) => filterRow(type, plane, y * width, width, out, paethRow);
    filters.set(bits, filter);
  }
  return filter;
}

type PaethRow = (plane: Uint8Array, at: number, width: number, out: Uint8Array) => void;

function filterRow(
  type: number,
  plane: Uint8Array,
  at: number,
  width: number,
  out: Uint8Array,
  paethRow: PaethRow,
): void {
  const above = at - width;
  if (type === filterType.none) {
    for (let x = 0; x < width; x++) out[x] = plane[at + x]!;
  } else if (type === filterType.sub) {
    out[0] = plane[at]!;
    for (let x = 1; x < width; x++) out[x] = plane[at + x]! - plane[at + x - 1]!;
  } else if (type === filterType.up) {
    for (let x = 0; x < width; x++) out[x] = plane[at + x]! - plane[above + x]!;
  } else if (type === filterType.average) {
    out[0] = plane[at]! - (plane[above]! >> 1);
    for (let x = 1; x < width; x++) out[x] = plane[at + x]! - ((plane[at + x - 1]! + plane[above + x]!) >> 1);
  } else {
    out[0] = plane[at]! - plane[above]!;
    paethRow(plane, at, width, out);
  }
}

function plainPaeth(plane: Uint8Array, at: number, width: number, out: Uint8Array): void {
  const above = at - width;
  for (let x = 1; x < width; x++) {
    out[x] = plane[at + x]! - paeth(plane[at + x - 1]!, plane[above + x]!, plane[above + x - 1]!);
  }
}

/** Paeth on noise is a branch nobody can predict; with few bits a table of all neighbours has none. */
function tabledPaeth(bits: number): PaethRow {
  const mask = (1 << bits) - 1;
  const predictions = Uint8Array.from({ length: 1 << (3 * bits) }, (_, neighbours) =>
    paeth(neighbours >> (2 * bits), (neighbours >> bits) & mask, neighbours & mask),
  );
  return (plane, at, width, out) => {
    const above = at - width;
    let left = plane[at]! & mask;
    let aboveLeft = plane[above]! & mask;
    for (let x = 1; x < width; x++) {
      const up = plane[above + x]! & mask;
      const symbol = plane[at + x]! & mask;
      out[x] = symbol - predictions[(((left << bits) | up) << bits) | aboveLeft]!;
      left = symbol;
      aboveLeft = up;
    }
  };
}
