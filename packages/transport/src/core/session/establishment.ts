import { Fifo } from '../fifo.ts';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { KeyRing } from '../keys/key-ring.ts';
import { LaneTable } from '../lanes/lane-table.ts';
import { IncomingMessages } from '../messages/incoming-messages.ts';
import { OutgoingMessages } from '../messages/outgoing-messages.ts';
import type { Path } from '../path.ts';
import { ReceivedPackets } from '../recovery/received-packets.ts';
import { Recovery } from '../recovery/recovery.ts';
import { MAX_TRACKED_PACKETS } from '../recovery/sent-packets.ts';
import { ReplayWindow } from '../replay-window.ts';
import { IncomingTransfers, MemoryBudget } from '../transfers/incoming-transfers.ts';
import { OutgoingTransfers } from '../transfers/outgoing-transfers.ts';
import { ControlQueue } from './control-queue.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import { PathValidation } from './path-validation.ts';
import type { SessionLanes } from './session-lanes.ts';

export interface SessionIdentity {
  readonly localId: number;
  readonly remoteKey: Uint8Array;
  readonly initiator: boolean;
}

/** What a finished handshake hands over. */
export interface Establishment {
  readonly keys: EpochKeys;
  readonly remoteId: number;
  readonly path: Path;
  readonly roundTripMs: number;
  /** What the peer's receive buffer holds, in bytes. */
  readonly peerBuffer: number;
  /** Of the application's messages: the highest that both speak. */
  readonly version: number;
}

/** The state of a session that has just got its keys. */
export function makeParts(how: Establishment, host: SessionHost, initiator: boolean): SessionParts {
  const lanes = new LaneTable(initiator);
  return {
    keys: new KeyRing(how.keys),
    recovery: new Recovery(host.congestion(), how.roundTripMs, how.peerBuffer),
    received: new ReceivedPackets(),
    replay: new ReplayWindow(MAX_TRACKED_PACKETS),
    queue: new ControlQueue((lane) => lane === 0 || lanes.get(lane) !== undefined),
    outgoingMessages: new OutgoingMessages(host.messagesOut),
    incomingMessages: new IncomingMessages(host.limits.maxMessageBytes, host.messagesIn),
    datagrams: new Fifo(),
    outgoing: new OutgoingTransfers(host.limits.maxTransfersPerSession),
    incoming: new IncomingTransfers(host.reassembly, new MemoryBudget(host.limits.maxReassemblyBytesPerSession)),
    dirty: new Set(),
    lanes,
    remoteId: how.remoteId,
    path: how.path,
    paths: new PathValidation(host.random, host.suite.equal),
    pingOwed: false,
  };
}

/** Gives back what a session that has ended holds of shared things. */
export function giveBack(parts: SessionParts, lanes: SessionLanes | undefined): void {
  for (const transfer of parts.incoming.all()) parts.incoming.remove(transfer);
  for (const transfer of parts.outgoing.all()) parts.outgoing.remove(transfer);
  for (const { id } of [...parts.lanes.all()]) lanes?.remove(id);
  parts.incomingMessages.clear();
  parts.outgoingMessages.clear();
}
