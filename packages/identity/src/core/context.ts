import { concatBytes, utf8Encode } from '@p2pimg/wire';

/**
 * Domain separation: the context and a zero byte before the parts. No context contains a zero byte, so none is a
 * prefix of another and a signature made for one purpose means nothing for any other. The parts must have fixed lengths,
 * or be one part.
 */
export function inContext(context: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(utf8Encode(`${context}\0`), ...parts);
}
