/** Row filters of PNG (section 9.2). */
export const filterType = { none: 0, sub: 1, up: 2, average: 3, paeth: 4 } as const;

/** Paeth's predictor (PNG section 9.4) of left, above and above-left. */
export function paeth(left: number, above: number, aboveLeft: number): number {
  const distanceLeft = Math.abs(above - aboveLeft);
  const distanceAbove = Math.abs(left - aboveLeft);
  const distanceAboveLeft = Math.abs(left + above - aboveLeft - aboveLeft);
  if (distanceLeft <= distanceAbove && distanceLeft <= distanceAboveLeft) return left;
  return distanceAbove <= distanceAboveLeft ? above : aboveLeft;
}

/** What filter `type` predicts from the three neighbours. */
export function predict(type: number, left: number, above: number, aboveLeft: number): number {
  switch (type) {
    case filterType.sub:
      return left;
    case filterType.up:
      return above;
    case filterType.average:
      return (left + above) >> 1;
    case filterType.paeth:
      return paeth(left, above, aboveLeft);
    default:
      return 0;
  }
}

/**
 * Filters one row of `length` bytes into `out`; `step` is the distance to the byte on the left.
 * @param above offset of the row above in `bytes`, or −1 for the first row
 */
export function filterRow(
  type: number,
  bytes: Uint8Array,
  at: number,
  above: number,
  length: number,
  step: number,
  out: Uint8Array,
): void {
  if (above < 0) filterFirstRow(type, bytes, at, length, step, out);
  else filterLaterRow(type, bytes, at, above, length, step, out);
}

function filterFirstRow(
  type: number,
  bytes: Uint8Array,
  at: number,
  length: number,
  step: number,
  out: Uint8Array,
): void {
  for (let i = 0; i < length; i++) out[i] = bytes[at + i]! - predict(type, i < step ? 0 : bytes[at + i - step]!, 0, 0);
}

// One loop per filter: the choice stands outside of the loop that runs once per byte of every candidate row.
function filterLaterRow(
  type: number,
  bytes: Uint8Array,
  at: number,
  above: number,
  length: number,
  step: number,
  out: Uint8Array,
): void {
  for (let i = 0; i < step; i++) out[i] = bytes[at + i]! - predict(type, 0, bytes[above + i]!, 0);
  if (type === filterType.none) {
    for (let i = step; i < length; i++) out[i] = bytes[at + i]!;
  } else if (type === filterType.sub) {
    for (let i = step; i < length; i++) out[i] = bytes[at + i]! - bytes[at + i - step]!;
  } else if (type === filterType.up) {
    for (let i = step; i < length; i++) out[i] = bytes[at + i]! - bytes[above + i]!;
  } else if (type === filterType.average) {
    for (let i = step; i < length; i++) out[i] = bytes[at + i]! - ((bytes[at + i - step]! + bytes[above + i]!) >> 1);
  } else {
    for (let i = step; i < length; i++) {
      out[i] = bytes[at + i]! - paeth(bytes[at + i - step]!, bytes[above + i]!, bytes[above + i - step]!);
    }
  }
}
