import { type Adler, adlerBytes, adlerLength } from '../deflate/adler.ts';

/** The deflate block that ends a level-1 picture: final, fixed codes, empty (RFC 1951 section 3.2.6). */
const closingBlock: readonly number[] = [0x03, 0x00];

export const closingLength: number = closingBlock.length + adlerLength;

/** The last IDAT of a level-1 picture. */
export function closingData(adler: Adler): Uint8Array {
  return Uint8Array.of(...closingBlock, ...adlerBytes(adler));
}

/** True when these bytes of an IDAT are the closing block of level 1. */
export function isClosing(data: Uint8Array): boolean {
  return data.length === closingLength && closingBlock.every((byte, i) => byte === data[i]);
}
