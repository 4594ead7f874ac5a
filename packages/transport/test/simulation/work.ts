import type { Random } from '@p2pimg/netsim';
import { readU32, writeU32 } from '@p2pimg/wire';
import type { Witness } from './sim-peer.ts';

export type WorkKind = 'message' | 'upload' | 'download';

/** Something to be brought over, as often as it takes; every attempt has a number of its own. */
export interface Work {
  readonly id: number;
  readonly kind: WorkKind;
  readonly size: number;
  readonly onLane: boolean;
  done: boolean;
}

/** Attempt, work and size, as they travel: the id of a transfer, or the start of a message. */
export const HEAD_BYTES = 16;

export interface Head {
  readonly attempt: number;
  readonly work: number;
  readonly size: number;
  /** 1: a message that asks for a download; 2: on a lane. */
  readonly flags: number;
}

export function writeHead({ attempt, work, size, flags }: Head): Uint8Array {
  const b = new Uint8Array(HEAD_BYTES);
  for (const [i, value] of [attempt, work, size, flags].entries()) writeU32(b, i * 4, value);
  return b;
}

export const readHead = (b: Uint8Array): Head => ({
  attempt: readU32(b, 0),
  work: readU32(b, 4),
  size: readU32(b, 8),
  flags: readU32(b, 12),
});

/** The content that belongs to a work: every block of it says whose it is and where it stands. */
export function contentOf(work: number, size: number): Uint8Array {
  const b = new Uint8Array(size);
  const words = new Uint32Array(b.buffer, 0, size >>> 2);
  for (let i = 0; i < words.length; i++)
    words[i] = (Math.imul(i + 1, 0x9e3779b1) ^ Math.imul(work + 1, 0x85ebca6b)) >>> 0;
  return b;
}

export function makeWork(random: Random, count: number, kinds: readonly WorkKind[], first: number): Work[] {
  return Array.from({ length: count }, (_, i) => {
    const kind = random.pick(kinds);
    const size =
      kind === 'message' ? random.below(12_000) : random.pick([0, 1, 900, 15_856, 15_857, random.below(120_000)]);
    return { id: first + i, kind, size, onLane: random.chance(0.4), done: false };
  });
}

/** What was sent and what arrived, of all nodes: the rules of exactly once and never changed. */
export class Ledger {
  readonly #witness: Witness;
  readonly #arrived = new Set<number>();
  #attempts = 0;

  constructor(witness: Witness) {
    this.#witness = witness;
  }

  attempt(): number {
    return ++this.#attempts;
  }

  arrived(head: Head, content: Uint8Array): void {
    if (this.#arrived.has(head.attempt)) this.#witness.violate(`attempt ${head.attempt} arrived twice`);
    this.#arrived.add(head.attempt);
    const expected = contentOf(head.work, head.size);
    if (Buffer.compare(content, expected) !== 0) this.#witness.violate(`work ${head.work} arrived changed`);
  }

  confirmed(attempt: number): void {
    if (!this.#arrived.has(attempt)) this.#witness.violate(`attempt ${attempt} was confirmed and never arrived`);
  }
}
