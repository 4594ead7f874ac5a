/*
 * The carrying byte of pixel i is floor | symbol i. Symbols are `bits` wide and taken from the container's bytes
 * lowest bits first.
 */

/** Symbols are spread four at a time: a table has the word of 4 bytes for each 4 · bits. */
const tables = new Map<number, Uint32Array>();

/** The carrying bytes of `pixels` pixels made of `container`, which has a byte more than the symbols fill. */
export function makePlane(container: Uint8Array, pixels: number, bits: number, floor: number): Uint8Array {
  if (bits === 8) return container.subarray(0, pixels);
  const table = tableOf(bits, floor);
  const words = new Uint32Array(Math.ceil(pixels / 4));
  if (bits === 2) {
    // The usual number, for which a word is just a byte: three times as fast.
    for (let i = 0; i < words.length; i++) words[i] = table[container[i]!]!;
  } else {
    const mask = table.length - 1;
    // A word's 4 · bits bits start in the middle of a byte or at its beginning, and end at the latest in the next.
    for (let i = 0; i < words.length; i++) {
      const at = (i * bits) >> 1;
      const pair = container[at]! | (container[at + 1]! << 8);
      words[i] = table[(pair >>> ((i * bits * 4) & 7)) & mask]!;
    }
  }
  return new Uint8Array(words.buffer, 0, pixels);
}

function tableOf(bits: number, floor: number): Uint32Array {
  const key = (floor << 4) | bits;
  let table = tables.get(key);
  if (table === undefined) {
    table = new Uint32Array(1 << (4 * bits));
    const bytes = new Uint8Array(table.buffer);
    for (let i = 0; i < bytes.length; i++) bytes[i] = floor | (((i >> 2) >> ((i & 3) * bits)) & ((1 << bits) - 1));
    tables.set(key, table);
  }
  return table;
}

/** The whole bytes in a plane's symbols. */
export function readPlane(plane: Uint8Array, bits: number): Uint8Array {
  if (bits === 8) return plane;
  const container = new Uint8Array(Math.floor((plane.length * bits) / 8));
  if (bits === 2) {
    // As above, the usual number.
    for (let i = 0, at = 0; i < container.length; i++, at += 4) {
      container[i] =
        (plane[at]! & 3) | ((plane[at + 1]! & 3) << 2) | ((plane[at + 2]! & 3) << 4) | (plane[at + 3]! << 6);
    }
    return container;
  }
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
