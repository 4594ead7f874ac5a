/** Big-endian integers at fixed offsets. Callers have checked the bounds. */

export const readU16 = (b: Uint8Array, at: number): number => (b[at]! << 8) | b[at + 1]!;

export const readU32 = (b: Uint8Array, at: number): number =>
  ((b[at]! << 24) | (b[at + 1]! << 16) | (b[at + 2]! << 8) | b[at + 3]!) >>> 0;

export const readU48 = (b: Uint8Array, at: number): number => readU16(b, at) * 0x1_0000_0000 + readU32(b, at + 2);

export function writeU16(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 8;
  b[at + 1] = value;
}

export function writeU32(b: Uint8Array, at: number, value: number): void {
  b[at] = value >>> 24;
  b[at + 1] = value >>> 16;
  b[at + 2] = value >>> 8;
  b[at + 3] = value;
}

export function writeU48(b: Uint8Array, at: number, value: number): void {
  writeU16(b, at, Math.floor(value / 0x1_0000_0000));
  writeU32(b, at + 2, value % 0x1_0000_0000);
}
