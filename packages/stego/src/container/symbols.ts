/*
 * The carrying byte of pixel i is floor | symbol i. Symbols are `bits` wide and taken from the container's bytes
 * lowest bits first.
 */

/** Fills `plane` with carrying bytes made of `container`, which has a byte more than needed whole. */
export function writePlane(plane: Uint8Array, container: Uint8Array, bits: number, floor: number): void {
  if (bits === 8) {
    plane.set(container.subarray(0, plane.length));
    return;
  }
  const mask = (1 << bits) - 1;
  if (8 % bits === 0) {
    for (let i = 0, next = 0; i < plane.length; next++) {
      const byte = container[next]!;
      for (let shift = 0; shift < 8; shift += bits) plane[i++] = floor | ((byte >> shift) & mask);
    }
    return;
  }
  let held = 0;
  let heldBits = 0;
  let next = 0;
  for (let i = 0; i < plane.length; i++) {
    if (heldBits < bits) {
      held |= container[next++]! << heldBits;
      heldBits += 8;
    }
    plane[i] = floor | (held & mask);
    held >>>= bits;
    heldBits -= bits;
  }
}

/** The whole bytes in a plane's symbols. */
export function readPlane(plane: Uint8Array, bits: number): Uint8Array {
  if (bits === 8) return plane;
  const container = new Uint8Array(Math.floor((plane.length * bits) / 8));
  const mask = (1 << bits) - 1;
  let held = 0;
  let heldBits = 0;
  let next = 0;
  for (let i = 0; next < container.length; i++) {
    held |= (plane[i]! & mask) << heldBits;
    heldBits += bits;
    if (heldBits >= 8) {
      container[next++] = held;
      held >>>= 8;
      heldBits -= 8;
    }
  }
  return container;
}
