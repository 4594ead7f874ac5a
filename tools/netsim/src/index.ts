export type { Actor, ActorAdapter, ActorIo, Birth } from './actor.ts';
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
export { NoProgressError, Simulation, type SimulationOptions } from './simulation.ts';
export { TraceHash, type TraceSink, traceLine } from './trace.ts';
