import type { Fifo } from '../fifo.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { LaneTable } from '../lanes/lane-table.ts';
import type { IncomingMessages } from '../messages/incoming-messages.ts';
import type { OutgoingMessages } from '../messages/outgoing-messages.ts';
import type { Path } from '../path.ts';
import type { ReceivedPackets } from '../recovery/received-packets.ts';
import type { Recovery } from '../recovery/recovery.ts';
import type { ReplayWindow } from '../replay-window.ts';
import type { IncomingTransfer } from '../transfers/incoming-transfer.ts';
import type { IncomingTransfers } from '../transfers/incoming-transfers.ts';
import type { OutgoingTransfers } from '../transfers/outgoing-transfers.ts';
import type { ControlQueue } from './control-queue.ts';
import type { PathValidation } from './path-validation.ts';

/** The state of an established session, shared by its receiving and its sending half. */
export interface SessionParts {
  readonly keys: KeyRing;
  readonly recovery: Recovery;
  readonly received: ReceivedPackets;
  readonly replay: ReplayWindow;
  readonly queue: ControlQueue;
  readonly outgoingMessages: OutgoingMessages;
  readonly incomingMessages: IncomingMessages;
  /** Unreliable messages that wait for a packet. */
  readonly datagrams: Fifo<Uint8Array>;
  readonly outgoing: OutgoingTransfers;
  readonly incoming: IncomingTransfers;
  /** Incoming transfers whose sender should hear the newest state. */
  readonly dirty: Set<IncomingTransfer>;
  readonly lanes: LaneTable;
  /** The peer's name for this session, in headers of packets to it. */
  readonly remoteId: number;
  /** The validated address of the peer's parent port. */
  path: Path;
  readonly paths: PathValidation;
  pingOwed: boolean;
}
