import type { OutgoingTransfer } from '../transfers/outgoing-transfer.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';

/** All has arrived, nothing is in flight, and the peer does not say that it opened it. */
const STALL_MS = 1_000;
/**
 * Records taken up at a time, of one transfer and of all. Their pieces, 17 for each, wait among the control frames, where they leave
 * half of the room (`MAX_WAITING_FRAMES`) to answers: what we say unasked must not look as if the peer asked too much.
 */
const RECORDS_PER_TRANSFER = 32;
const RECORDS_AT_ONCE = 120;

/** When transfers that wait for their last records to be opened are taken up again; infinite if there are none. */
export function stalledAt({ recovery, outgoing, queue, outgoingMessages }: SessionParts): number {
  const quiet = recovery.inFlight === 0 && queue.isEmpty && outgoingMessages.pending === 0;
  if (!quiet || outgoing.size === 0) return Number.POSITIVE_INFINITY;
  for (const { stalled } of outgoing.open()) {
    if (stalled) return recovery.progressAt + Math.max(STALL_MS, 4 * recovery.probeTimeout);
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Takes up transfers of which all has arrived and not all opened: somebody on the path changes headers, and nobody would ask again. Those that were
 * taken up least often come first, as many as there is room for; the others have their turn after as long a wait.
 */
export function reviveStalled(session: Session, parts: SessionParts, host: SessionHost, now: number): void {
  if (stalledAt(parts) > now) return;
  const stillWanted = (transfer: OutgoingTransfer) => (): boolean => parts.outgoing.isOpen(transfer);
  const stalled = [...parts.outgoing.open()].filter((transfer) => transfer.stalled);
  let room = RECORDS_AT_ONCE;
  for (const transfer of stalled.sort((a, b) => a.revivals - b.revivals)) {
    if (room === 0) return;
    const records = Math.min(room, RECORDS_PER_TRANSFER, transfer.sealedRecords);
    const pieces = transfer.revive(records);
    if (pieces === undefined) {
      session.cancelTransfer(transfer);
      host.emit({ type: 'send-failed', session, transfer, reason: 'reset' });
      continue;
    }
    room -= records;
    for (const piece of pieces) parts.queue.push(piece, 0, { stillWanted: stillWanted(transfer) });
  }
}
