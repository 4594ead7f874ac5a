import fc from 'fast-check';
import type { Fault, NodeId } from './faults.ts';

export interface ScheduleBounds {
  /** Nodes 0 … nodes − 1 suffer; at least 2. */
  readonly nodes: number;
  /** Faults begin in 0 … untilMs. */
  readonly untilMs: number;
  /** The longest fault. */
  readonly maxMs: number;
  readonly maxFaults: number;
}

/** Any schedule of crashes, pauses and partitions; a failing one shrinks to few, short, early faults of low-numbered nodes. */
export function faultSchedules(bounds: ScheduleBounds): fc.Arbitrary<Fault[]> {
  const { nodes, untilMs, maxMs, maxFaults } = bounds;
  const at = fc.nat(untilMs);
  const forMs = fc.integer({ min: 1, max: maxMs });
  const node = fc.nat(nodes - 1);
  const crash = fc.record({ at, node, downMs: forMs, disk: fc.constantFrom('kept', 'lost') });
  const pause = fc.record({ at, node, forMs });
  const others = (from: NodeId): NodeId[] => Array.from({ length: nodes }, (_, i) => i).filter((i) => i !== from);
  const sides = node.chain((from) =>
    fc.record({ from: fc.constant([from]), to: fc.subarray(others(from), { minLength: 1 }) }),
  );
  const partition = fc.tuple(sides, fc.record({ at, forMs, oneWay: fc.boolean() }));
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    pause.map((fields) => ({ kind: 'pause', ...fields }) as const),
    crash.map((fields) => ({ kind: 'crash', ...fields }) as const),
    partition.map(([side, fields]) => ({ kind: 'partition', ...side, ...fields }) as const),
  );
  return fc.array(fault, { maxLength: maxFaults });
}
