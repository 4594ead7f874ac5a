export { CloudCore } from './core/cloud-core.ts';
export {
  type CloudConfig,
  type CloudLimits,
  type CloudTiming,
  DEFAULT_FAILURE_SIMULATION,
  DEFAULT_LEASE_MS,
  DEFAULT_LIMITS,
  DEFAULT_TIMING,
  type FailureSimulation,
} from './core/config.ts';
export type { BytesHandle, CloudEffect, Job, JobResults, OperationId, SessionId } from './core/effects.ts';
export { CloudConfigError } from './core/errors.ts';
export type { CloudEvent, OperationFailure, OperationResult } from './core/events.ts';
export type { ChosenBy, CloudFact, MoveCause } from './core/facts.ts';
export type { CloudStatus } from './core/status.ts';
export type { ServerConfig } from './node/config.ts';
export type { Counters } from './node/counters.ts';
export {
  CoverError,
  DirectoryUnusableError,
  ManifestNotValidError,
  PortUnavailableError,
  ServerKeyMismatchError,
  ServerNotInManifestError,
  ServerStartError,
  UnresolvedHostError,
} from './node/errors.ts';
export type { LoadSource } from './node/load.ts';
export type { Log } from './node/log.ts';
export type { ServerStatus } from './node/program.ts';
export { type RunningServer, startServer } from './node/server.ts';
