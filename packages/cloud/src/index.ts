export { CloudCore, type CloudStatus } from './core/cloud-core.ts';
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
