/** A canonical Huffman code: `lengths[s]` bits (0: unused) of `codes[s]`, already reversed for a lowest-first writer. */
export interface HuffmanCode {
  readonly lengths: Uint8Array;
  readonly codes: Uint16Array;
}

/**
 * Optimal code lengths of at most `limit` bits: package-merge (Larmore and Hirschberg, 1990).
 * @param frequencies whole numbers ≥ 0; symbols of frequency 0 get no code
 */
export function codeLengths(frequencies: ArrayLike<number>, limit: number): Uint8Array {
  const lengths = new Uint8Array(frequencies.length);
  const symbols: number[] = [];
  for (let s = 0; s < frequencies.length; s++) if (frequencies[s]! > 0) symbols.push(s);
  if (symbols.length < 2) {
    for (const s of symbols) lengths[s] = 1;
    return lengths;
  }
  symbols.sort((a, b) => frequencies[a]! - frequencies[b]! || a - b);
  const leaves = symbols.map((s) => frequencies[s]!);

  // Level by level: the leaves merged with the pairs of the level below. Only which entries are leaves is kept.
  const levels: boolean[][] = [];
  let weights: number[] = [];
  for (let level = 0; level < limit; level++) {
    const merged: number[] = [];
    const isLeaf: boolean[] = [];
    for (let leaf = 0, pair = 0; ; ) {
      const pairWeight = pair + 1 < weights.length ? weights[pair]! + weights[pair + 1]! : Number.POSITIVE_INFINITY;
      const leafWeight = leaf < leaves.length ? leaves[leaf]! : Number.POSITIVE_INFINITY;
      if (pairWeight === leafWeight && leafWeight === Number.POSITIVE_INFINITY) break;
      const takeLeaf = leafWeight <= pairWeight;
      merged.push(takeLeaf ? leafWeight : pairWeight);
      isLeaf.push(takeLeaf);
      if (takeLeaf) leaf++;
      else pair += 2;
    }
    weights = merged;
    levels.push(isLeaf);
  }

  // The cheapest 2n − 2 entries of the top level; each pair among them takes two more from the level below.
  let taken = 2 * symbols.length - 2;
  for (let level = limit - 1; level >= 0 && taken > 0; level--) {
    let leafCount = 0;
    for (let i = 0; i < taken; i++) if (levels[level]![i]) leafCount++;
    for (let i = 0; i < leafCount; i++) lengths[symbols[i]!]!++;
    taken = 2 * (taken - leafCount);
  }
  return lengths;
}

/** Codes for given lengths (RFC 1951 section 3.2.2). */
export function canonicalCode(lengths: Uint8Array): HuffmanCode {
  const counts = new Uint16Array(16);
  for (const length of lengths) if (length > 0) counts[length]!++;
  const next = new Uint16Array(16);
  for (let bits = 1, code = 0; bits < 16; bits++) {
    code = (code + counts[bits - 1]!) << 1;
    next[bits] = code;
  }
  const codes = new Uint16Array(lengths.length);
  for (let s = 0; s < lengths.length; s++) {
    const length = lengths[s]!;
    if (length > 0) codes[s] = reverseBits(next[length]!++, length);
  }
  return { lengths, codes };
}

function reverseBits(value: number, count: number): number {
  let reversed = 0;
  for (let i = 0; i < count; i++) reversed |= ((value >>> i) & 1) << (count - 1 - i);
  return reversed;
}
