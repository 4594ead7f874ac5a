import { addressKey, InvalidAddressError } from './address.ts';
import type { ServerId } from './messages.ts';

/** One server of the cloud, as the manifest has it. */
export interface MemberConfig {
  readonly id: ServerId;
  /** IPv4 or IPv6 literal of its peer port. */
  readonly host: string;
  /** 1 … 65,535 */
  readonly port: number;
}

/** How the leader chooses a handler: SPEC E3. */
export type Policy = 'least-outstanding' | 'least-load' | 'round-robin';

/** All in ms of the server's own monotonic clock. */
export interface ElectionTiming {
  /** Between two heartbeats (default 50). */
  readonly heartbeatMs: number;
  /** This many missed heartbeats make a suspect (default 3), … */
  readonly missedHeartbeats: number;
  /** … once the last of them is this late (default 12). */
  readonly latenessMs: number;
  /** Between two direct probes of a suspect (default 25). */
  readonly probeMs: number;
  /** Unanswered direct probes that confirm a death (default 4). */
  readonly directProbes: number;
  /** Probes through other members in the same time (default 2). */
  readonly indirectProbes: number;
  /** A server without a view waits this long for somebody to give it one before it takes part in an election (default 200). */
  readonly joinMs: number;
  /** If the successor keeps silent, the next in the group announces itself this much later, and so on (default 100). */
  readonly staggerMs: number;
  /** The leader passes on an order that only load has changed at most this often (default 1,000). */
  readonly regroupMs: number;
  /** A server that was not stepped for this long stood still: it may have been declared dead (default 150). */
  readonly standstillMs: number;
  /** Between two `priorities` reports (default 1,000). */
  readonly reportMs: number;
}

export interface ElectionConfig {
  readonly self: ServerId;
  /** 1 … 100 servers, `self` among them. */
  readonly members: readonly MemberConfig[];
  /** 1 … 2^52; higher than in any earlier run of this server if it can be had (milliseconds since 1970 will do). */
  readonly incarnation: number;
  /** Default `least-outstanding`. */
  readonly policy?: Policy;
  readonly timing?: Partial<ElectionTiming>;
}

export const LAN_TIMING: ElectionTiming = {
  heartbeatMs: 50,
  missedHeartbeats: 3,
  latenessMs: 12,
  probeMs: 25,
  directProbes: 4,
  indirectProbes: 2,
  joinMs: 200,
  staggerMs: 100,
  regroupMs: 1_000,
  standstillMs: 150,
  reportMs: 1_000,
};

export const MAX_MEMBERS = 100;
export const MAX_INCARNATION: number = 2 ** 52;

/** Silence after which a peer is suspected, in ms. */
export function suspectAfterMs(timing: ElectionTiming): number {
  return timing.missedHeartbeats * timing.heartbeatMs + timing.latenessMs;
}

/** From suspicion to death, in ms. */
export function confirmAfterMs(timing: ElectionTiming): number {
  return timing.directProbes * timing.probeMs;
}

/** A list of members that cannot be a cloud: empty, too long, with doubles, without this server, or with a bad address. */
export class MembershipError extends Error {
  override readonly name = 'MembershipError';
}

/** Timers that are out of range or contradict each other. */
export class TimingError extends Error {
  override readonly name = 'TimingError';
}

/** @throws MembershipError */
export function checkMembers(self: ServerId, members: readonly MemberConfig[]): void {
  if (members.length > MAX_MEMBERS)
    throw new MembershipError(`${members.length} servers; at most ${MAX_MEMBERS} are allowed`);
  const ids = new Set<string>();
  const addresses = new Set<string>();
  for (const { id, host, port } of members) {
    if (ids.has(id)) throw new MembershipError(`server ${JSON.stringify(id)} is listed twice`);
    ids.add(id);
    const key = keyOf(id, host, port);
    if (addresses.has(key)) throw new MembershipError(`server ${JSON.stringify(id)} has the address of another`);
    addresses.add(key);
  }
  if (!ids.has(self)) throw new MembershipError(`this server, ${JSON.stringify(self)}, is not among the members`);
}

function keyOf(id: ServerId, host: string, port: number): string {
  try {
    return addressKey(host, port);
  } catch (error) {
    if (error instanceof InvalidAddressError)
      throw new MembershipError(`server ${JSON.stringify(id)}: ${error.message}`);
    throw error;
  }
}

/** @throws TimingError naming the setting and the reason */
export function checkTiming(timing: ElectionTiming): void {
  for (const [name, value] of Object.entries(timing)) {
    const least = name === 'latenessMs' || name === 'indirectProbes' ? 0 : 1;
    if (!Number.isFinite(value) || value < least) throw new TimingError(`${name} must be a number ≥ ${least}`);
  }
  for (const name of ['missedHeartbeats', 'directProbes', 'indirectProbes'] as const) {
    if (!Number.isInteger(timing[name])) throw new TimingError(`${name} must be a whole number`);
  }
  const { heartbeatMs, standstillMs, joinMs } = timing;
  if (timing.indirectProbes >= timing.directProbes)
    throw new TimingError('indirectProbes must be fewer than directProbes');
  if (standstillMs <= heartbeatMs)
    throw new TimingError('standstillMs must exceed heartbeatMs, or every pause is a standstill');
  const death = suspectAfterMs(timing) + confirmAfterMs(timing);
  if (standstillMs + heartbeatMs >= death) {
    throw new TimingError(
      `standstillMs + heartbeatMs must be below ${death} ms, the time after which peers declare a silent server dead`,
    );
  }
  if (joinMs < 2 * heartbeatMs)
    throw new TimingError('joinMs must be at least two heartbeats, or a joining server hears nobody');
}
