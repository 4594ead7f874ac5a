import type { EndpointLimits } from '../limits.ts';
import type { Liveness } from './liveness.ts';
import type { SessionParts } from './parts.ts';
import { stalledAt } from './stalled-transfers.ts';

/** When an established session is to be looked at next, for the sake of what it is made of. */
export function nextDeadline(parts: SessionParts, liveness: Liveness, limits: EndpointLimits): number {
  const { keys, received, recovery, lanes } = parts;
  let at = Math.min(
    liveness.heardAt + limits.sessionIdleMs,
    keys.expiresAt,
    received.deadline,
    recovery.timeout,
    recovery.owedSince + limits.sessionIdleMs,
    stalledAt(parts),
    liveness.reportAt,
  );
  if (hasDuties(parts)) at = Math.min(at, liveness.keepAliveAt);
  // Most sessions have none most of the time, and an iterator is made for nothing.
  if (lanes.size === 0) return at;
  for (const lane of lanes.all()) at = Math.min(at, lane.usedAt + limits.laneIdleMs);
  return at;
}

/** Whether nothing was heard, or acknowledged, for `patienceMs`, or the keys are too old. Old keys that are replaced are forgotten. */
export function isOver({ recovery, keys }: SessionParts, liveness: Liveness, patienceMs: number, now: number): boolean {
  return liveness.heardAt + patienceMs <= now || recovery.owedSince + patienceMs <= now || !keys.expire(now);
}

/** Reasons to keep an otherwise silent session alive. */
export function hasDuties({ lanes, outgoing, incoming, outgoingMessages }: SessionParts): boolean {
  return lanes.size + outgoing.size + incoming.size + outgoingMessages.pending > 0;
}
