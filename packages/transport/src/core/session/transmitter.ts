import {
  CONTROL_HEADER_BYTES,
  CONTROL_PAYLOAD_BYTES,
  DATAGRAM_FRAME_OVERHEAD,
  type Frame,
  FrameType,
  frameBytes,
  MAX_DATAGRAM_BYTES,
  MIN_CONTROL_PAYLOAD_BYTES,
  TAG_BYTES,
  writeControlHeader,
  writeFrame,
} from '@p2pimg/wire';
import { controlNonce } from '../keys/nonces.ts';
import type { Path } from '../path.ts';
import type { PacketOwner } from '../recovery/sent-packets.ts';
import type { QueuedFrame } from './control-queue.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';

/** Segments ready in the slab: all but the last are `MAX_DATAGRAM_BYTES` long. */
export interface Transmit {
  readonly path: Path;
  /** Bytes in the slab, from its start. */
  readonly bytes: number;
  /**
   * How soon its acknowledgement may be here, in ms, if it has a reliable message, which is often answered at once; infinite if not: what belongs to
   * transfers is better off in few large batches than soon.
   */
  readonly answerMs: number;
}

const PING: Frame = { type: FrameType.ping };
/** Where the frames of a control packet end that has as many as fit. */
const FRAMES_END: number = CONTROL_HEADER_BYTES + CONTROL_PAYLOAD_BYTES;
const MINIMUM_END: number = CONTROL_HEADER_BYTES + MIN_CONTROL_PAYLOAD_BYTES;

/** Fills the packet up with PADDING to the least that it may hold, and returns where it ends. */
function padded(slab: Uint8Array, end: number): number {
  if (end >= MINIMUM_END) return end;
  slab.fill(0, end, MINIMUM_END);
  return MINIMUM_END;
}

/** What a control packet held. */
class ControlPacket implements PacketOwner {
  readonly #parts: SessionParts;
  readonly #frames: readonly QueuedFrame[];
  /** The highest number in the acknowledgement that it carried, or −1. */
  readonly #reported: number;

  constructor(parts: SessionParts, frames: readonly QueuedFrame[], reported: number) {
    this.#parts = parts;
    this.#frames = frames;
    this.#reported = reported;
  }

  packetAcked(): void {
    if (this.#reported >= 0) this.#parts.received.forgetThrough(this.#reported);
    for (const queued of this.#frames) this.#parts.queue.settle(queued);
  }

  resend(): void {
    for (const queued of this.#frames) this.#parts.queue.putBack(queued);
  }
}

/** Fills the slab of the driver: control packets first, then segments of the transfer whose turn it is. */
export class Transmitter {
  readonly #parts: SessionParts;
  readonly #host: SessionHost;
  /** One for all messages: what a packet holds of them is remembered by the frame. */
  readonly #onFragmentAcked: (frame: Frame) => void;
  #pacedUntil = Number.POSITIVE_INFINITY;

  constructor(parts: SessionParts, host: SessionHost, onMessageAcked: (number: number) => void) {
    this.#parts = parts;
    this.#host = host;
    this.#onFragmentAcked = (frame) => {
      if (frame.type === FrameType.message && parts.outgoingMessages.acknowledged(frame)) onMessageAcked(frame.number);
    };
  }

  /** When pacing lets the next segment leave; infinite if nothing waits for that. */
  get pacedUntil(): number {
    return this.#pacedUntil;
  }

  poll(now: number, slab: Uint8Array, maxSegments: number): Transmit | undefined {
    return this.#pollControl(now, slab) ?? this.#pollData(now, slab, maxSegments);
  }

  /** One sealed packet with the one frame, outside of all control: the last word of a session, or a path challenge. */
  single(frame: Frame, path: Path, slab: Uint8Array): Transmit {
    const end = padded(slab, writeFrame(slab, CONTROL_HEADER_BYTES, frame));
    const bytes = this.#seal(this.#parts.recovery.skip(), 0, end + TAG_BYTES, slab);
    return { path, bytes, answerMs: Number.POSITIVE_INFINITY };
  }

  #pollControl(now: number, slab: Uint8Array): Transmit | undefined {
    const parts = this.#parts;
    const probing = parts.recovery.probesOwed > 0;
    // The first flight fills the window, and a second copy is for its sake.
    const open = parts.queue.repeat() || parts.recovery.mayGrow || probing;
    const ackDue = parts.received.deadline <= now;
    if (open) this.#queueStatuses();
    const content =
      !parts.queue.isEmpty || parts.outgoingMessages.hasNext || parts.datagrams.length > 0 || parts.pingOwed;
    if (!ackDue && !(open && (content || this.#probeNeedsPing()))) return undefined;

    let end = CONTROL_HEADER_BYTES;
    let reported = -1;
    if (parts.received.deadline < Number.POSITIVE_INFINITY) {
      const ack = parts.received.report(now);
      if (ack !== undefined) {
        end = writeFrame(slab, end, ack);
        reported = ack.ranges[0]!.last;
      }
    }
    const lane = open ? parts.queue.lane : 0;
    const frames: QueuedFrame[] = [];
    const filled = open ? this.#fill(slab, end, lane, frames) : end;
    const length = padded(slab, filled) + TAG_BYTES;
    // An acknowledgement alone asks for none.
    const number =
      filled > end
        ? parts.recovery.onSent(length, new ControlPacket(parts, frames, reported), 0, now)
        : parts.recovery.skip();
    // Messages are written last.
    const speaks = frames.at(-1)?.frame.type === FrameType.message;
    const answerMs = speaks ? parts.recovery.roundTrip.soonest : Number.POSITIVE_INFINITY;
    return { path: this.#path(lane, now), bytes: this.#seal(number, lane, length, slab), answerMs };
  }

  /** A probe repeats what is in flight; when there is nothing to repeat, a ping serves. */
  #probeNeedsPing(): boolean {
    const { recovery, outgoing } = this.#parts;
    return recovery.probesOwed > 0 && !outgoing.hasNext;
  }

  /** Writes what waits for this lane from `from` on, as far as it fits, and returns where it ends; what is to be sent until it arrives goes to `sent`. */
  #fill(slab: Uint8Array, from: number, lane: number, sent: QueuedFrame[]): number {
    const parts = this.#parts;
    let end = from;
    for (
      let q = parts.queue.take(lane, FRAMES_END - end);
      q !== undefined;
      q = parts.queue.take(lane, FRAMES_END - end)
    ) {
      sent.push(q);
      end = writeFrame(slab, end, q.frame);
    }
    if (lane === 0) {
      for (let d = parts.datagrams.first; d !== undefined; d = parts.datagrams.first) {
        if (end + d.length + DATAGRAM_FRAME_OVERHEAD > FRAMES_END) break;
        parts.datagrams.shift();
        end = writeFrame(slab, end, { type: FrameType.datagram, bytes: d });
      }
      const messages = parts.outgoingMessages;
      for (let m = messages.nextFragment(FRAMES_END - end); m; m = messages.nextFragment(FRAMES_END - end)) {
        sent.push({ frame: m, lane: 0, onAcked: this.#onFragmentAcked, settled: false, queued: false });
        end = writeFrame(slab, end, m);
      }
    }
    const pinging = parts.pingOwed || parts.recovery.probesOwed > 0;
    if (end === from && pinging && end + frameBytes(PING) <= FRAMES_END) end = writeFrame(slab, end, PING);
    parts.pingOwed = false;
    return end;
  }

  #pollData(now: number, slab: Uint8Array, maxSegments: number): Transmit | undefined {
    const parts = this.#parts;
    const { recovery } = parts;
    this.#pacedUntil = Number.POSITIVE_INFINITY;
    if (!recovery.mayGrow && recovery.probesOwed === 0) return undefined;
    const transfer = parts.outgoing.pick();
    if (transfer === undefined) {
      recovery.onIdle();
      return undefined;
    }
    const keys = parts.keys.sending;
    const repeats = transfer.repeating;
    const most = repeats ? maxSegments : Math.min(maxSegments, parts.outgoing.left(transfer));
    let count = 0;
    while (count < most && (recovery.mayGrow || recovery.probesOwed > 0)) {
      const paced = recovery.pacedUntil(now);
      if (paced > now && recovery.probesOwed === 0) {
        this.#pacedUntil = paced;
        break;
      }
      const segment = transfer.peek();
      // Whoever repeats goes before the others, and only as long as it does.
      if (segment < 0 || (count > 0 && transfer.repeating !== repeats)) break;
      transfer.write(segment, slab, count * MAX_DATAGRAM_BYTES, recovery.nextNumber, parts.remoteId, keys);
      recovery.onSent(MAX_DATAGRAM_BYTES, transfer, transfer.detail(segment), now);
      count++;
    }
    if (count === 0) return undefined;
    if (repeats) this.#host.countRetransmission(count);
    else parts.outgoing.sent(transfer, count);
    const path = this.#path(transfer.lane, now);
    return { path, bytes: count * MAX_DATAGRAM_BYTES, answerMs: Number.POSITIVE_INFINITY };
  }

  #queueStatuses(): void {
    const parts = this.#parts;
    if (parts.dirty.size === 0) return;
    for (const transfer of parts.dirty) {
      // A lost status is not sent again as it was: the newest state is.
      const stillWanted = (): boolean => {
        parts.dirty.add(transfer);
        return false;
      };
      parts.queue.push(transfer.status(), 0, { stillWanted });
    }
    parts.dirty.clear();
  }

  #path(lane: number, now: number): Path {
    const state = lane === 0 ? undefined : this.#parts.lanes.get(lane);
    if (state?.path === undefined) return this.#parts.path;
    state.usedAt = now;
    return { socket: state.socket, host: state.path.host, port: state.path.port };
  }

  /** Seals the packet that the slab holds from `CONTROL_HEADER_BYTES` on; returns its length. */
  #seal(number: number, lane: number, length: number, slab: Uint8Array): number {
    const { keys, remoteId } = this.#parts;
    const epoch = keys.sending;
    const header = { epoch: epoch.number, lane, connectionId: remoteId, packetNumber: number };
    writeControlHeader(slab, 0, header, length);
    const bytes = length - CONTROL_HEADER_BYTES - TAG_BYTES;
    epoch.send.control(lane).sealPacket(controlNonce(number), slab, 0, CONTROL_HEADER_BYTES, bytes);
    return length;
  }
}
