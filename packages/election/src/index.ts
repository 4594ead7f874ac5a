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
