import type { LinkModel } from './link.ts';
import type { Random } from './random.ts';

/** Nodes are named by their number in order of creation, 0 … n − 1. */
export type NodeId = number;

interface Timed {
  /** Virtual ms from the start of the run. */
  readonly at: number;
}

/** The process is gone, its timers and everything not on disk with it; it starts again after `downMs`, or never. */
export interface Crash extends Timed {
  readonly kind: 'crash';
  readonly node: NodeId;
  readonly downMs?: number;
  readonly disk: 'kept' | 'lost';
}

/** The process is frozen (SIGSTOP, a long garbage collection): datagrams wait in its socket, timers are late. */
export interface Pause extends Timed {
  readonly kind: 'pause';
  readonly node: NodeId;
  readonly forMs: number;
}

/** Nothing passes from `from` to `to`, and unless `oneWay` nothing back. */
export interface Partition extends Timed {
  readonly kind: 'partition';
  readonly from: readonly NodeId[];
  readonly to: readonly NodeId[];
  readonly oneWay: boolean;
  readonly forMs: number;
}

/** One direction behaves differently for a while (more loss, more delay, a slow line …). */
export interface LinkChange extends Timed {
  readonly kind: 'link';
  readonly from: NodeId;
  readonly to: NodeId;
  readonly change: Partial<LinkModel>;
  readonly forMs: number;
}

/** The node's clock runs at `rate` (1 is true) from here on. */
export interface Skew extends Timed {
  readonly kind: 'skew';
  readonly node: NodeId;
  readonly rate: number;
}

/** The node gets a signal; what it means is the business of the node's adapter. */
export interface Signal extends Timed {
  readonly kind: 'signal';
  readonly node: NodeId;
  readonly signal: string;
}

/** Plain data, so that a schedule can be printed, stored, replayed, and shrunk by leaving elements out. */
export type Fault = Crash | Pause | Partition | LinkChange | Skew | Signal;

export interface FaultProfile {
  /** Nodes 0 … nodes − 1 suffer. */
  readonly nodes: number;
  /** Faults begin within [fromMs, untilMs). */
  readonly fromMs: number;
  readonly untilMs: number;
  readonly count: number;
  /** The longest crash, pause, partition or link change. */
  readonly maxMs: number;
  /** Relative weights; a kind without a weight does not occur. */
  readonly weights: Partial<Record<Exclude<Fault['kind'], 'signal'>, number>>;
}

/** A random schedule, in order of time. */
export function randomFaults(random: Random, profile: FaultProfile): Fault[] {
  const weighted = Object.entries(profile.weights) as [Exclude<Fault['kind'], 'signal'>, number][];
  const total = weighted.reduce((sum, [, weight]) => sum + weight, 0);
  const faults: Fault[] = [];
  for (let i = 0; i < profile.count; i++) {
    faults.push(randomFault(random, profile, weightedKind(weighted, random.float() * total)));
  }
  return faults.sort((a, b) => a.at - b.at);
}

function weightedKind<K>(weighted: readonly (readonly [K, number])[], draw: number): K {
  let left = draw;
  for (const [kind, weight] of weighted) {
    left -= weight;
    if (left < 0) return kind;
  }
  return weighted.at(-1)![0];
}

function randomFault(random: Random, profile: FaultProfile, kind: Exclude<Fault['kind'], 'signal'>): Fault {
  const at = Math.floor(random.between(profile.fromMs, profile.untilMs));
  const node = random.below(profile.nodes);
  const forMs = 1 + random.below(profile.maxMs);
  switch (kind) {
    case 'crash':
      return { kind, at, node, downMs: forMs, disk: random.chance(0.25) ? 'lost' : 'kept' };
    case 'pause':
      return { kind, at, node, forMs };
    case 'skew':
      return { kind, at, node, rate: random.pick([0.999, 0.9999, 1.0001, 1.001]) };
    case 'partition': {
      const to = Array.from({ length: profile.nodes }, (_, i) => i).filter((i) => i !== node);
      const some = random.chance(0.5) ? to : [random.pick(to)];
      return { kind, at, from: [node], to: some, oneWay: random.chance(0.5), forMs };
    }
    case 'link': {
      const to = (node + 1 + random.below(profile.nodes - 1)) % profile.nodes;
      return { kind, at, from: node, to, change: random.pick(BAD_LINKS), forMs };
    }
  }
}

const BAD_LINKS: readonly Partial<LinkModel>[] = [
  { loss: 0.3 },
  { burst: 0.1, burstLength: 4 },
  { delayMs: 40, jitterMs: 40 },
  { duplicate: 0.5 },
  { reorder: 0.3, reorderMs: 20 },
];

/**
 * The smallest schedule found that still fails, by leaving out one half, one quarter … one fault at a time
 * (delta debugging: A. Zeller, R. Hildebrandt, 2002).
 */
export function shrinkFaults(
  faults: readonly Fault[],
  fails: (candidate: readonly Fault[]) => boolean,
): readonly Fault[] {
  let best = faults;
  let chunk = Math.ceil(best.length / 2);
  while (chunk >= 1 && best.length > 0) {
    let reduced = false;
    for (let start = 0; start < best.length; start += chunk) {
      const candidate = [...best.slice(0, start), ...best.slice(start + chunk)];
      if (fails(candidate)) {
        best = candidate;
        reduced = true;
        break;
      }
    }
    if (!reduced) chunk = chunk === 1 ? 0 : Math.ceil(chunk / 2);
  }
  return best;
}
