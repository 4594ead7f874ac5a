/** Limits of an endpoint; sizes in bytes, times in ms. Their meaning: `TransportLimits` in the public interface. */
export interface EndpointLimits {
  readonly maxSessions: number;
  readonly maxSessionsPerAddress: number;
  readonly maxLanes: number;
  readonly maxLanesPerSession: number;
  readonly laneIdleMs: number;
  readonly maxTransfersPerSession: number;
  readonly maxReassemblyBytes: number;
  readonly maxReassemblyBytesPerSession: number;
  readonly maxMessageBytes: number;
  readonly maxMessageMemoryBytes: number;
  readonly maxMessageMemoryBytesPerSession: number;
  readonly sessionIdleMs: number;
  readonly handshakeTimeoutMs: number;
}

export const DEFAULT_LIMITS: EndpointLimits = {
  maxSessions: 10_000,
  maxSessionsPerAddress: 1_024,
  maxLanes: 256,
  maxLanesPerSession: 16,
  laneIdleMs: 10_000,
  maxTransfersPerSession: 64,
  maxReassemblyBytes: 512 * 1024 * 1024,
  maxReassemblyBytesPerSession: 80 * 1024 * 1024,
  maxMessageBytes: 64 * 1024,
  maxMessageMemoryBytes: 128 * 1024 * 1024,
  maxMessageMemoryBytesPerSession: 4 * 1024 * 1024,
  sessionIdleMs: 30_000,
  handshakeTimeoutMs: 5_000,
};

/** A limit that contradicts itself or another one. */
export class InvalidLimitError extends RangeError {
  constructor(name: keyof EndpointLimits, why: string) {
    super(`limit ${name} ${why}`);
    this.name = 'InvalidLimitError';
  }
}

/**
 * Defaults with the given limits over them, checked one by one and against each other.
 * @throws InvalidLimitError
 */
export function resolveLimits(limits: Partial<EndpointLimits> = {}): EndpointLimits {
  const resolved = { ...DEFAULT_LIMITS, ...limits };
  for (const [name, value] of Object.entries(resolved) as [keyof EndpointLimits, number][]) {
    if (!Number.isSafeInteger(value) || value < 1) throw new InvalidLimitError(name, 'must be a whole number above 0');
  }
  if (resolved.maxReassemblyBytesPerSession > resolved.maxReassemblyBytes) {
    throw new InvalidLimitError('maxReassemblyBytesPerSession', 'is above maxReassemblyBytes');
  }
  if (resolved.maxMessageMemoryBytesPerSession > resolved.maxMessageMemoryBytes) {
    throw new InvalidLimitError('maxMessageMemoryBytesPerSession', 'is above maxMessageMemoryBytes');
  }
  if (resolved.maxMessageBytes > resolved.maxMessageMemoryBytesPerSession / 2) {
    throw new InvalidLimitError('maxMessageBytes', 'is above half of maxMessageMemoryBytesPerSession');
  }
  if (resolved.maxLanesPerSession > resolved.maxLanes) {
    throw new InvalidLimitError('maxLanesPerSession', 'is above maxLanes');
  }
  if (resolved.handshakeTimeoutMs > resolved.sessionIdleMs) {
    throw new InvalidLimitError('handshakeTimeoutMs', 'is above sessionIdleMs');
  }
  return resolved;
}
