/** Mutation fuzzing: deterministic for a seed, so that a finding is replayed by its number. */

import { Random } from '@p2pimg/netsim';
import { toHex } from '../src/index.ts';
import { type Target, targets } from './targets.ts';

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5c, 0x7b, 0x7d] as const;

export interface Finding {
  readonly target: string;
  readonly input: string;
  readonly error: unknown;
}

export interface FuzzReport {
  readonly runs: number;
  readonly byTarget: Readonly<Record<string, number>>;
  readonly finding: Finding | undefined;
}

/** Feeds `runs` mutated inputs to the decoders; stops at the first one that does not end in a value or a typed error. */
export function fuzz(seed: number, runs: number, onProgress?: (done: number) => void): FuzzReport {
  const random = new Random(seed);
  const total = targets.reduce((sum, { weight }) => sum + weight, 0);
  const byTarget: Record<string, number> = {};
  for (let run = 0; run < runs; run++) {
    const target = pick(random, total);
    const input = mutate(random, target);
    byTarget[target.name] = (byTarget[target.name] ?? 0) + 1;
    try {
      target.run(input);
    } catch (error) {
      return { runs: run + 1, byTarget, finding: { target: target.name, input: toHex(input), error } };
    }
    if (onProgress !== undefined && run % 1_000_000 === 999_999) onProgress(run + 1);
  }
  return { runs, byTarget, finding: undefined };
}

function pick(random: Random, total: number): Target {
  let left = random.below(total);
  for (const target of targets) {
    left -= target.weight;
    if (left < 0) return target;
  }
  throw new RangeError('weights do not add up');
}

/** One to four of: change a byte, flip a bit, cut, repeat a part, join with another input. */
function mutate(random: Random, { corpus }: Target): Uint8Array {
  let input = Uint8Array.from(corpus[random.below(corpus.length)]!);
  for (let left = 1 + random.below(4); left > 0 && input.length > 0; left--) {
    const at = random.below(input.length);
    switch (random.below(6)) {
      case 0:
        input[at] = random.below(256);
        break;
      case 1:
        input[at] = INTERESTING[random.below(INTERESTING.length)]!;
        break;
      case 2:
        input[at]! ^= 1 << random.below(8);
        break;
      case 3:
        input = input.subarray(0, at);
        break;
      case 4:
        input.copyWithin(random.below(input.length), at, Math.min(input.length, at + 16));
        break;
      default: {
        const other = corpus[random.below(corpus.length)]!;
        const from = random.below(other.length);
        const joined = new Uint8Array(at + other.length - from);
        joined.set(input.subarray(0, at));
        joined.set(other.subarray(from), at);
        input = joined;
      }
    }
  }
  return input;
}
