import type { CryptoSuite, RandomBytes } from '../crypto-suite.ts';
import type { EndpointEvent } from '../events.ts';
import type { FairBudget } from '../fair-budget.ts';
import type { EndpointLimits } from '../limits.ts';
import type { CongestionController } from '../recovery/congestion.ts';
import type { MemoryBudget } from '../transfers/incoming-transfers.ts';
import type { Session } from './session.ts';

/** Why a datagram, or a packet in it, was dropped. Unknown data is never answered. */
export type DropReason =
  | 'malformed'
  | 'unknown-connection'
  | 'unknown-epoch'
  | 'unknown-lane'
  | 'unknown-transfer'
  | 'wrong-state'
  | 'too-far-ahead'
  | 'token'
  | 'replay'
  | 'seal'
  | 'spoiled-record'
  | 'no-memory'
  | 'mac'
  | 'handshake'
  | 'timestamp'
  | 'rate'
  | 'handshake-queue'
  | 'not-admitted'
  | 'no-common-version'
  | 'too-many-sessions';

/** What a session needs from the endpoint that it lives in. */
export interface SessionHost {
  readonly suite: CryptoSuite;
  readonly random: RandomBytes;
  readonly limits: EndpointLimits;
  readonly reassembly: MemoryBudget;
  /** Messages that are not whole yet, and those on their way out. */
  readonly messagesIn: FairBudget;
  readonly messagesOut: FairBudget;
  readonly congestion: () => CongestionController;
  /** Lanes of all sessions. */
  lanes: number;
  emit(event: EndpointEvent): void;
  drop(reason: DropReason): void;
  /** The session may have something to send, or another time-out. */
  wake(session: Session): void;
  /** The session's keys are old: run a new handshake inside it. */
  rekey(session: Session): void;
  /** Packets that repeat lost content, for the totals. */
  countRetransmission(packets: number): void;
  /** Packets taken for lost that arrived after all. */
  countSpuriousLoss(packets: number): void;
}
