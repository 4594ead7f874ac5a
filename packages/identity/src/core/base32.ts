/** Crockford's base 32: no I, L, O, U, so that people can read it aloud and type it. */

const DIGITS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The length must be a multiple of five bytes: then there are no left-over bits and no padding. */
export function toBase32(bytes: Uint8Array): string {
  if (bytes.length % 5 !== 0) throw new RangeError('base 32 wants a multiple of five bytes');
  let text = '';
  let group = 0;
  let bits = 0;
  for (const byte of bytes) {
    group = ((group << 8) | byte) & 0xfff;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += DIGITS.charAt((group >> bits) & 31);
    }
  }
  return text;
}

/** Reads what a person typed: any case; O as 0, I and L as 1; spaces and hyphens ignored. Undefined when it is not base 32. */
export function fromBase32(text: string): Uint8Array | undefined {
  const clean = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  if (clean.length % 8 !== 0) return undefined;
  const bytes = new Uint8Array((clean.length / 8) * 5);
  let group = 0;
  let bits = 0;
  let at = 0;
  for (const digit of clean) {
    const value = DIGITS.indexOf(digit);
    if (value < 0) return undefined;
    group = ((group << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (group >> bits) & 0xff;
    }
  }
  return bytes;
}

/** Hyphens after every four characters. */
export function inGroups(text: string): string {
  return text.replace(/(.{4})(?=.)/g, '$1-');
}
