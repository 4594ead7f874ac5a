import type { RightsError } from './errors.ts';

/** A view over exactly these bytes, wherever they lie in their buffer. */
export function dataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

export function isZero(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 0);
}

/** A u64 as a number. @throws RightsError past 2^53 − 1: made from the class and message of the caller */
export function readSafeU64(view: DataView, offset: number, fail: () => RightsError): number {
  const value = Number(view.getBigUint64(offset));
  if (!Number.isSafeInteger(value)) throw fail();
  return value;
}
