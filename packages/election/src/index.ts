export { addressKey, InvalidAddressError } from './core/address.ts';
export {
  checkMembers,
  type ElectionConfig,
  type ElectionTiming,
  LAN_TIMING,
  MAX_MEMBERS,
  type MemberConfig,
  MembershipError,
  type Policy,
  TimingError,
} from './core/config.ts';
export { Election } from './core/election.ts';
export type {
  Choice,
  ElectionEffect,
  ElectionEvent,
  ElectionFact,
  GroupView,
  IgnoreCause,
  MemberState,
  MemberView,
} from './core/events.ts';
export {
  FailureToken,
  type FailureTokenAnswer,
  type FailureTokenCall,
  type FailureTokenConfig,
  type FailureTokenEffect,
  type FailureTokenEvent,
  type FailureTokenFact,
  type FailureTokenRow,
} from './core/failure-token.ts';
export type {
  Coordinator,
  ElectionMessage,
  GroupEntry,
  GroupName,
  Heartbeat,
  Probe,
  ProbeAck,
  ProbeRequest,
  ServerId,
  ServerPhase,
} from './core/messages.ts';
export { MAX_PRIORITY, MIN_LOAD, priorityOf } from './core/order.ts';
