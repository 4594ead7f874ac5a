import type { OutgoingTransfer } from '../transfers/outgoing-transfer.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';

/** All has arrived, nothing is in flight, and the peer does not say that it opened it. */
const STALL_MS = 1_000;

/** When transfers that wait for their last records to be opened are taken up again; infinite if there are none. */
export function stalledAt({ recovery, outgoing, queue, outgoingMessages }: SessionParts): number {
  if (recovery.inFlight > 0 || !queue.isEmpty || outgoingMessages.pending > 0) return Number.POSITIVE_INFINITY;
  for (const { stalled } of outgoing.open()) {
    if (stalled) return recovery.progressAt + Math.max(STALL_MS, 4 * recovery.probeTimeout);
  }
  return Number.POSITIVE_INFINITY;
}

/** Takes up transfers of which all has arrived and not all opened: somebody on the path changes headers, and nobody would ask again. */
export function reviveStalled(session: Session, parts: SessionParts, host: SessionHost, now: number): void {
  if (stalledAt(parts) > now) return;
  const stillWanted = (transfer: OutgoingTransfer) => (): boolean => parts.outgoing.isOpen(transfer);
  for (const transfer of [...parts.outgoing.open()].filter(({ stalled }) => stalled)) {
    const pieces = transfer.revive();
    if (pieces === undefined) {
      session.cancelTransfer(transfer);
      host.emit({ type: 'send-failed', session, transfer, reason: 'reset' });
    }
    for (const piece of pieces ?? []) parts.queue.push(piece, 0, { stillWanted: stillWanted(transfer) });
  }
}
