import { type ElectionConfig, LAN_TIMING } from '@p2pimg/election';
import type { RegistrationPolicy } from '@p2pimg/identity';
import { MAX_HIDDEN_FILE_BYTES, MAX_REQUEST_LIFETIME_MS } from '@p2pimg/wire';
import { CloudConfigError } from './errors.ts';

/** Milliseconds on the server's monotonic clock. */
export interface CloudTiming {
  /** A request that nobody has stamped for this long is served without the leader, when the leader is missed (default 20). */
  readonly stampWaitMs: number;
  /** The same while the leader's heartbeats come (default 200; more when its stamps are slow to come). */
  readonly leaderWaitMs: number;
  /** Between one server in rendezvous order and the next (default 5). */
  readonly orderGapMs: number;
  /** A stamped server that has not said `handling` for this long is passed over (default 150). */
  readonly handlingGraceMs: number;
  /** Work without a picture ends after this, with or without an answer of the directory (default 15,000). */
  readonly answerMs: number;
  /** A request waits at most this long for a worker (default 60,000). */
  readonly queueMs: number;
  /** A worker is taken back after this, whatever its picture's size (default 120,000). */
  readonly workerMs: number;
  /** A transfer on a worker port may take this long, plus the time that it needs at `minBytesPerSecond` (default 5,000). */
  readonly transferGraceMs: number;
  /** The slowest transfer that keeps a worker (default 131,072 bytes a second). */
  readonly minBytesPerSecond: number;
  /** Ids are remembered for this long past the request's `notAfter` (default 5,000). */
  readonly keepMs: number;
  /** Between two attempts to answer when this server may not act yet (default 50). */
  readonly retryMs: number;
}

export interface CloudLimits {
  /** Requests remembered (default 100,000). */
  readonly requests: number;
  /** Unanswered requests of one client (default 512). */
  readonly requestsPerClient: number;
  /**
   * Worker ports open at the same time (default 32), of all clients of one address (an IPv4 address, or an IPv6 /64; default 24), and of
   * one client (default 8). An address has the same part of the queue.
   */
  readonly workers: number;
  readonly workersPerAddress: number;
  readonly workersPerClient: number;
  /** Requests that wait for a worker (default 1,000), and of one client (default 250). */
  readonly queue: number;
  readonly queuePerClient: number;
  /** Registrations from one address in a minute (default 600). */
  readonly registrationsPerMinute: number;
  /** Image ids that the list of active users shows of each (default 50; `list_images` reads on). */
  readonly imagesPerClient: number;
}

/** The failure simulation of SPEC E6. */
export interface FailureSimulation {
  /** How long the holder plays dead (default 20,000). */
  readonly holdMs: number;
  /** From the end of one failure to the next (default 40,000). */
  readonly intervalMs: number;
}

export interface CloudConfig {
  /** Of the manifest, 32 hexadecimal digits. */
  readonly cloudId: string;
  readonly election: ElectionConfig;
  readonly registration: {
    readonly policy: RegistrationPolicy;
    /** SHA-256 of each token that policy `token` accepts. */
    readonly tokenDigests: readonly Uint8Array[];
  };
  /** How long a sign-in or a renewal lasts (default 30,000). */
  readonly leaseMs: number;
  readonly timing: CloudTiming;
  readonly limits: CloudLimits;
  /** Undefined: no failure simulation. */
  readonly failureToken: FailureSimulation | undefined;
}

export const DEFAULT_TIMING: CloudTiming = {
  stampWaitMs: 20,
  leaderWaitMs: 200,
  orderGapMs: 5,
  handlingGraceMs: 150,
  answerMs: 15_000,
  queueMs: 60_000,
  workerMs: 120_000,
  transferGraceMs: 5_000,
  minBytesPerSecond: 131_072,
  keepMs: 5_000,
  retryMs: 50,
};

export const DEFAULT_LIMITS: CloudLimits = {
  requests: 100_000,
  requestsPerClient: 512,
  workers: 32,
  workersPerAddress: 24,
  workersPerClient: 8,
  queue: 1_000,
  queuePerClient: 250,
  registrationsPerMinute: 600,
  imagesPerClient: 50,
};

export const DEFAULT_LEASE_MS = 30_000;
export const DEFAULT_FAILURE_SIMULATION: FailureSimulation = { holdMs: 20_000, intervalMs: 40_000 };

/**
 * Checks a configuration as a whole; election checks its own timers.
 * @throws CloudConfigError naming the first setting that is out of range, or two that contradict each other
 */
export function checkCloudConfig({ timing, limits, leaseMs, failureToken, election }: CloudConfig): void {
  const positive = { ...timing, ...limits, leaseMs, ...failureToken };
  for (const [name, value] of Object.entries(positive)) {
    if (!Number.isFinite(value) || value < 1) throw new CloudConfigError(`${name} must be at least 1`);
  }
  const heartbeatMs = election.timing?.heartbeatMs ?? LAN_TIMING.heartbeatMs;
  if (timing.handlingGraceMs <= timing.stampWaitMs) {
    throw new CloudConfigError('handlingGraceMs must exceed stampWaitMs, or stamped servers have no time to begin');
  }
  if (timing.leaderWaitMs < timing.stampWaitMs)
    throw new CloudConfigError('leaderWaitMs must not be below stampWaitMs');
  if (timing.answerMs >= MAX_REQUEST_LIFETIME_MS) throw new CloudConfigError('answerMs must be below 10 minutes');
  if (limits.workersPerClient > limits.workers) throw new CloudConfigError('workersPerClient must not exceed workers');
  if (limits.workersPerAddress > limits.workers) {
    throw new CloudConfigError('workersPerAddress must not exceed workers');
  }
  if (limits.queuePerClient > limits.queue) throw new CloudConfigError('queuePerClient must not exceed queue');
  const largestMs = timing.transferGraceMs + (MAX_HIDDEN_FILE_BYTES / timing.minBytesPerSecond) * 1000;
  if (largestMs >= timing.workerMs) {
    throw new CloudConfigError('workerMs must exceed the time that the largest picture may take at minBytesPerSecond');
  }
  if (leaseMs < 10 * heartbeatMs) throw new CloudConfigError('leaseMs must be at least ten heartbeats');
  if (failureToken !== undefined && failureToken.holdMs < 10 * heartbeatMs) {
    throw new CloudConfigError('the failure token must hold for at least ten heartbeats, or nobody notices');
  }
}
