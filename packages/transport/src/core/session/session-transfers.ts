import { FrameType } from '@p2pimg/wire';
import type { TransferFailure } from '../events.ts';
import type { IncomingTransfer } from '../transfers/incoming-transfer.ts';
import type { OutgoingDescription, OutgoingTransfer } from '../transfers/outgoing-transfer.ts';
import { STOP_CODES } from '../transfers/stop-codes.ts';
import type { SessionParts } from './parts.ts';

/** What the program does with the transfers of a session. Whoever calls wakes the session. */
export class SessionTransfers {
  readonly #parts: SessionParts;

  constructor(parts: SessionParts) {
    this.#parts = parts;
  }

  send(description: OutgoingDescription): OutgoingTransfer {
    const transfer = this.#parts.outgoing.add(description);
    this.start();
    return transfer;
  }

  cancel(transfer: OutgoingTransfer, code: number): void {
    const { outgoing, queue } = this.#parts;
    const announced = outgoing.isOpen(transfer);
    if (!outgoing.remove(transfer)) return;
    if (announced) queue.push({ type: FrameType.transferReset, transfer: transfer.number, code });
    this.start();
  }

  accept(transfer: IncomingTransfer): boolean {
    const { incoming, dirty } = this.#parts;
    if (!incoming.accept(transfer)) {
      this.stop(transfer, 'too-large');
      return false;
    }
    dirty.add(transfer);
    return true;
  }

  stop(transfer: IncomingTransfer, why: TransferFailure): void {
    const { incoming, queue, dirty } = this.#parts;
    if (!incoming.remove(transfer)) return;
    dirty.delete(transfer);
    queue.push({ type: FrameType.transferStop, transfer: transfer.number, code: STOP_CODES.indexOf(why) });
  }

  start(): void {
    const { outgoing, queue, lanes, recovery } = this.#parts;
    for (let transfer = outgoing.start(); transfer !== undefined; transfer = outgoing.start()) {
      if (lanes.get(transfer.lane) === undefined) transfer.leaveLane();
      // Whatever arrives before it is dropped there: with it a whole flight is lost.
      queue.push(transfer.openFrame, transfer.lane, { twice: recovery.mayLose });
    }
  }
}
