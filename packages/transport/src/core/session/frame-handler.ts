import { type DataHeader, type Frame, FrameType, type TransferOpenFrame, type TransferPieceFrame } from '@p2pimg/wire';
import { ProtocolViolation } from '../errors.ts';
import type { TransferFailure } from '../events.ts';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { messageOf } from '../messages/message-memory.ts';
import type { Path } from '../path.ts';
import type { IncomingTransfer, SegmentResult } from '../transfers/incoming-transfer.ts';
import { MAX_TRANSFER_BYTES } from '../transfers/layout.ts';
import { STOP_CODES } from '../transfers/stop-codes.ts';
import { isAck, isChallenge, isEliciting, isUrgent } from './frame-kinds.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';
import type { SessionLanes } from './session-lanes.ts';

/** Control frames that may wait for a packet; past it the peer asks without taking the answers. */
const MAX_WAITING_FRAMES = 4_096;

/** Where a control packet came from. */
export interface PacketOrigin {
  readonly number: number;
  readonly path: Path;
  /** It is the newest packet, and not from where the peer was. */
  readonly moved: boolean;
}

/** The receiving half of a session: what each opened frame, and each segment, does. */
export class FrameHandler {
  readonly #session: Session;
  readonly #parts: SessionParts;
  readonly #host: SessionHost;
  readonly #lanes: SessionLanes;

  constructor(session: Session, parts: SessionParts, host: SessionHost, lanes: SessionLanes) {
    this.#lanes = lanes;
    this.#session = session;
    this.#parts = parts;
    this.#host = host;
  }

  /** Takes the frames of a control packet; undefined if its content was none. A peer that breaks the protocol ends the session. */
  handleAll(frames: readonly Frame[] | undefined, { number, path, moved }: PacketOrigin, now: number): void {
    const { received, recovery, paths, queue } = this.#parts;
    try {
      if (frames === undefined) throw new ProtocolViolation('malformed frames');
      let acks = 0;
      let eliciting = false;
      let urgent = false;
      let challenge = false;
      for (const frame of frames) {
        if (isAck(frame)) acks++;
        eliciting ||= isEliciting(frame);
        urgent ||= isUrgent(frame);
        challenge ||= isChallenge(frame);
      }
      // More would only make us look through what is in flight again and again.
      if (acks > 1) throw new ProtocolViolation('acknowledgements');
      received.add(number, eliciting, urgent, recovery.roundTrip.smoothed, now);
      // A challenge gets an answer: with one of ours it would get twice what it is.
      if (moved && !challenge) paths.suspect(path, now);
      for (const frame of frames) {
        this.#handle(frame, path, now);
        // A frame may have ended the session.
        if (this.#session.state !== 'established') return;
        if (queue.size > MAX_WAITING_FRAMES) throw new ProtocolViolation('unanswered frames');
      }
      if (recovery.isIgnored) throw new ProtocolViolation('nothing acknowledged');
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#session.close('protocol-error', now);
    }
  }

  /** @throws ProtocolViolation */
  #handle(frame: Frame, path: Path, now: number): void {
    const session = this.#session;
    const parts = this.#parts;
    switch (frame.type) {
      case FrameType.ack: {
        const before = parts.recovery.spuriousLosses;
        parts.recovery.onAck(frame, now);
        this.#host.countSpuriousLoss(parts.recovery.spuriousLosses - before);
        return;
      }
      case FrameType.message: {
        const bytes = parts.incomingMessages.add(frame);
        if (bytes !== undefined) this.#host.emit({ type: 'message', session, bytes });
        return;
      }
      case FrameType.datagram:
        this.#host.emit({ type: 'message', session, bytes: messageOf(frame.bytes) });
        return;
      case FrameType.transferOpen:
        this.#open(frame);
        return;
      case FrameType.transferStatus: {
        const transfer = parts.outgoing.get(frame.transfer);
        if (transfer?.onStatus(frame) !== true) return;
        this.#host.emit({ type: 'send-progress', session, transfer });
        if (!transfer.done) return;
        parts.outgoing.remove(transfer);
        session.startTransfers();
        this.#host.emit({ type: 'transfer-sent', session, transfer });
        return;
      }
      case FrameType.transferReset: {
        const transfer = parts.incoming.get(frame.transfer);
        if (transfer !== undefined) this.#receiveFailed(transfer, 'reset');
        return;
      }
      case FrameType.transferStop:
        this.#stopped(frame.transfer, STOP_CODES[frame.code] ?? 'stopped');
        return;
      case FrameType.recordSpoiled: {
        const pieces = parts.outgoing.get(frame.transfer)?.onSpoiled(frame.record) ?? [];
        const stillWanted = (): boolean => parts.outgoing.get(frame.transfer) !== undefined;
        for (const piece of pieces) parts.queue.push(piece, 0, { stillWanted });
        return;
      }
      case FrameType.transferPiece:
        this.#piece(frame);
        return;
      case FrameType.laneOffer:
        this.#lanes.offered(frame, now);
        return;
      case FrameType.laneRefuse:
        this.#lanes.refused(frame);
        return;
      case FrameType.laneClose:
        this.#lanes.remove(frame.lane);
        return;
      case FrameType.close:
        session.close('remote', now);
        return;
      case FrameType.pathChallenge:
        parts.paths.answer(frame, path);
        return;
      case FrameType.pathResponse:
        parts.path = parts.paths.proven(frame, path) ?? parts.path;
        return;
      case FrameType.ping:
      case FrameType.laneAccept:
        return;
    }
  }

  /** A segment with the right token and a fresh number. It counts as received only if it has a place. */
  receiveSegment(header: DataHeader, b: Uint8Array, at: number, epoch: EpochKeys, now: number): void {
    const { incoming, replay, received, recovery } = this.#parts;
    const transfer = incoming.get(header.transfer);
    let result: SegmentResult = 'duplicate';
    if (transfer !== undefined) {
      result = transfer.addSegment(header, b, at, this.#session.localId, epoch.receive.bulk(header.lane));
    } else if (!incoming.isOver(header.transfer)) {
      // Its opening is still under way: not acknowledged, so it comes again.
      this.#host.drop('unknown-transfer');
      return;
    }
    if (result === 'malformed') {
      this.#host.drop('malformed');
      return;
    }
    replay.mark(header.packetNumber);
    const urgent = (result === 'opened' && header.fin) || result === 'spoiled';
    received.add(header.packetNumber, true, urgent, recovery.roundTrip.smoothed, now);
    const lane = transfer === undefined ? undefined : this.#parts.lanes.get(transfer.lane);
    if (lane !== undefined) lane.usedAt = now;
    if (transfer !== undefined) this.#afterSegment(transfer, header.record, result);
    this.#host.wake(this.#session);
  }

  #open(frame: TransferOpenFrame): void {
    const { incoming } = this.#parts;
    if (frame.size > MAX_TRANSFER_BYTES) throw new ProtocolViolation('transfer size');
    const transfer = incoming.open(frame);
    if (transfer === undefined) return;
    if (incoming.size > this.#host.limits.maxTransfersPerSession) {
      this.#session.stopTransfer(transfer, 'too-many');
      return;
    }
    this.#host.emit({ type: 'transfer-offered', session: this.#session, transfer });
  }

  #stopped(number: number, reason: TransferFailure): void {
    const transfer = this.#parts.outgoing.get(number);
    if (transfer === undefined) return;
    this.#parts.outgoing.remove(transfer);
    this.#session.startTransfers();
    this.#host.emit({ type: 'send-failed', session: this.#session, transfer, reason });
  }

  #piece(frame: TransferPieceFrame): void {
    const transfer = this.#parts.incoming.get(frame.transfer);
    if (transfer === undefined) return;
    const result = transfer.addPiece(frame);
    if (result === 'malformed') throw new ProtocolViolation('transfer piece');
    this.#afterSegment(transfer, frame.record, result);
  }

  #afterSegment(transfer: IncomingTransfer, record: number, result: SegmentResult): void {
    const { queue, dirty, incoming } = this.#parts;
    const session = this.#session;
    if (result === 'spoiled') {
      this.#host.drop('spoiled-record');
      queue.push({ type: FrameType.recordSpoiled, transfer: transfer.number, record });
    }
    if (result !== 'opened') return;
    dirty.add(transfer);
    this.#host.emit({ type: 'transfer-progress', session, transfer });
    if (!transfer.complete) return;
    incoming.remove(transfer);
    this.#host.emit({ type: 'transfer-received', session, transfer });
  }

  #receiveFailed(transfer: IncomingTransfer, reason: TransferFailure): void {
    this.#parts.incoming.remove(transfer);
    this.#parts.dirty.delete(transfer);
    this.#host.emit({ type: 'receive-failed', session: this.#session, transfer, reason });
  }
}
