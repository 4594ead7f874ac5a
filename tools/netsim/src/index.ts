export { type Actor, type ActorAdapter, type ActorIo, type Birth, type CompletionModel, PROMPT } from './actor.ts';
export { EventQueue } from './event-queue.ts';
export {
  type Crash,
  type Fault,
  type FaultProfile,
  type LinkChange,
  type NodeId,
  type Partition,
  type Pause,
  randomFaults,
  type Signal,
  type Skew,
  shrinkFaults,
} from './faults.ts';
export { LAN, type LinkModel, type LossCause } from './link.ts';
export { Random } from './random.ts';
export {
  replayCommand,
  runSafely,
  type Scenario,
  type ScenarioOptions,
  type ScenarioResult,
  type SeedFailure,
  type SweepResult,
  sweep,
} from './scenario.ts';
export { NoProgressError, Simulation } from './simulation.ts';
export { TraceHash, type TraceSink, traceLine } from './trace.ts';
export type { SimulationOptions } from './world.ts';
