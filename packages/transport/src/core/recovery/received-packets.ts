import { ACK_DELAY_UNIT_MS, type AckFrame, FrameType, MAX_ACK_RANGES } from '@p2pimg/wire';

/** Packets that make an acknowledgement due without waiting for the delay. */
const ACK_EVERY = 16;
const MAX_ACK_DELAY_MS = 2;

interface MutableRange {
  first: number;
  last: number;
}

/**
 * Packet numbers received, as ranges from the highest down, and when to tell the peer.
 *
 * The driver asks once per turn of its loop, so that one acknowledgement covers what arrived in the turn.
 * At most `MAX_ACK_RANGES` are remembered: the lowest is forgotten first, its packets are then sent again.
 */
export class ReceivedPackets {
  readonly #ranges: MutableRange[] = [];
  #highestAt = 0;
  #unreported = 0;
  #deadline = Number.POSITIVE_INFINITY;

  /** When an acknowledgement is due; infinite if none is owed. */
  get deadline(): number {
    return this.#deadline;
  }

  /**
   * Records a fresh packet. `eliciting`: the peer wants it acknowledged; `urgent`: in this turn.
   * A packet out of order is urgent by itself.
   */
  add(packetNumber: number, eliciting: boolean, urgent: boolean, roundTripMs: number, now: number): void {
    const outOfOrder = this.#insert(packetNumber, now);
    if (!eliciting) return;
    this.#unreported++;
    const at = urgent || outOfOrder || this.#unreported >= ACK_EVERY;
    const delay = at ? 0 : Math.min(roundTripMs / 4, MAX_ACK_DELAY_MS);
    this.#deadline = Math.min(this.#deadline, now + delay);
  }

  /** The frame to send now. The caller does send it. Undefined before the first packet. */
  report(now: number): AckFrame | undefined {
    if (this.#ranges.length === 0) return undefined;
    this.#unreported = 0;
    this.#deadline = Number.POSITIVE_INFINITY;
    const delay = Math.min(0xffff, Math.max(0, Math.round((now - this.#highestAt) / ACK_DELAY_UNIT_MS)));
    return { type: FrameType.ack, delay, ranges: this.#ranges.map(({ first, last }) => ({ first, last })) };
  }

  /** The peer has received a report whose highest number was `last`: nothing up to it need be reported again. */
  forgetThrough(last: number): void {
    while (this.#ranges.length > 1 && this.#ranges.at(-1)!.last <= last) this.#ranges.pop();
    const lowest = this.#ranges.at(-1);
    if (lowest !== undefined && lowest.first <= last) lowest.first = Math.min(lowest.last, last);
  }

  /** Inserts and tells whether the number left or filled a gap. */
  #insert(packetNumber: number, now: number): boolean {
    const ranges = this.#ranges;
    const top = ranges[0];
    if (top === undefined || packetNumber > top.last) {
      this.#highestAt = now;
      if (top !== undefined && packetNumber === top.last + 1) {
        top.last = packetNumber;
        return false;
      }
      ranges.unshift({ first: packetNumber, last: packetNumber });
      if (ranges.length > MAX_ACK_RANGES) ranges.pop();
      return top !== undefined;
    }
    let i = 0;
    while (i < ranges.length && packetNumber < ranges[i]!.first - 1) i++;
    const range = ranges[i];
    if (range === undefined) {
      if (ranges.length < MAX_ACK_RANGES) ranges.push({ first: packetNumber, last: packetNumber });
    } else if (packetNumber === range.first - 1) {
      range.first = packetNumber;
      const below = ranges[i + 1];
      if (below !== undefined && below.last === packetNumber - 1) {
        range.first = below.first;
        ranges.splice(i + 1, 1);
      }
    } else if (packetNumber === range.last + 1) {
      range.last = packetNumber;
    } else if (packetNumber > range.last) {
      ranges.splice(i, 0, { first: packetNumber, last: packetNumber });
      if (ranges.length > MAX_ACK_RANGES) ranges.pop();
    }
    return true;
  }
}
