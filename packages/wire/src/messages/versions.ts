/** Versions 1 … 256 of the JSON messages that a program reads and writes, both ends included. */
export interface VersionRange {
  readonly lowest: number;
  readonly highest: number;
}

/** What this program speaks. It lowers `lowest` never, and raises it only when nobody speaks less any more. */
export const MESSAGE_VERSIONS: VersionRange = { lowest: 1, highest: 1 };

export const MAX_MESSAGE_VERSION = 256;

/** The highest version that both speak; undefined if there is none. Either side finds the same. */
export function commonVersion(a: VersionRange, b: VersionRange): number | undefined {
  const version = Math.min(a.highest, b.highest);
  return version >= Math.max(a.lowest, b.lowest) ? version : undefined;
}
