import { FrameType, type LaneOfferFrame, type LaneRefuseFrame } from '@p2pimg/wire';
import { ProtocolViolation } from '../errors.ts';
import type { LaneState } from '../lanes/lane-table.ts';
import type { Path } from '../path.ts';
import type { SessionHost } from './host.ts';
import type { SessionParts } from './parts.ts';
import type { Session } from './session.ts';

/** The worker lanes of a session: offered, accepted, heard, freed. */
export class SessionLanes {
  readonly #session: Session;
  readonly #parts: SessionParts;
  readonly #host: SessionHost;

  constructor(session: Session, parts: SessionParts, host: SessionHost) {
    this.#session = session;
    this.#parts = parts;
    this.#host = host;
  }

  get(id: number): Readonly<LaneState> | undefined {
    return this.#parts.lanes.get(id);
  }

  /** Offers a worker port; undefined past the caps. `lane-opened` or `lane-refused` follows. */
  offer(socket: number, localPort: number, now: number): number | undefined {
    const { lanes, queue } = this.#parts;
    if (!this.hasRoom) return undefined;
    const lane = lanes.offer(socket, localPort, now);
    this.#host.lanes++;
    queue.push({ type: FrameType.laneOffer, lane: lane.id, port: localPort });
    this.#host.wake(this.#session);
    return lane.id;
  }

  get hasRoom(): boolean {
    const { maxLanes, maxLanesPerSession } = this.#host.limits;
    return this.#host.lanes < maxLanes && this.#parts.lanes.size < maxLanesPerSession;
  }

  /** Answers an offer from a worker port of ours. */
  accept(id: number, socket: number, localPort: number): void {
    const { lanes, queue } = this.#parts;
    const lane = lanes.get(id);
    if (lane === undefined) return;
    lane.socket = socket;
    lane.localPort = localPort;
    lane.open = true;
    queue.push({ type: FrameType.laneAccept, lane: id, port: localPort }, id);
    this.#host.wake(this.#session);
  }

  refuse(id: number, code = 0): void {
    const { lanes, queue, keys } = this.#parts;
    if (lanes.remove(id) === undefined) return;
    this.#host.lanes--;
    keys.forgetLane(id);
    queue.push({ type: FrameType.laneRefuse, lane: id, code });
    this.#host.wake(this.#session);
  }

  /** Ends a lane on both sides: its unfinished transfers fail. */
  close(id: number): void {
    const { queue, lanes } = this.#parts;
    if (lanes.get(id) === undefined) return;
    queue.push({ type: FrameType.laneClose, lane: id });
    this.#failTransfersOf(id);
    this.remove(id);
    this.#host.wake(this.#session);
  }

  /** A sealed packet under a lane's keys: the peer reaches our worker port from there. */
  heard(id: number, path: Path, now: number): void {
    const lane = this.#parts.lanes.get(id);
    if (lane === undefined) return;
    lane.usedAt = now;
    // Only the peer's validated host may be sent to without asking it first.
    if (lane.open || !lane.offeredHere || path.socket !== lane.socket || path.host !== this.#parts.path.host) return;
    lane.path = path;
    lane.open = true;
    this.#host.emit({ type: 'lane-opened', session: this.#session, lane: id });
  }

  /** Frees a lane on this side; transfers that have not ended go on over the parent port. */
  remove(id: number): void {
    const lane = this.#parts.lanes.get(id);
    if (lane === undefined) return;
    this.#forgetLane(id);
    for (const transfer of this.#parts.outgoing.all()) {
      if (transfer.lane === id) transfer.leaveLane();
    }
    this.#host.emit({ type: 'lane-closed', session: this.#session, lane: id, socket: lane.socket });
  }

  /** @throws ProtocolViolation */
  offered(frame: LaneOfferFrame, now: number): void {
    const { lanes, path, queue } = this.#parts;
    if (frame.port === 0) throw new ProtocolViolation('lane port');
    if (!lanes.isNewOffer(frame.lane)) return;
    if (!this.hasRoom) {
      queue.push({ type: FrameType.laneRefuse, lane: frame.lane, code: 0 });
      return;
    }
    lanes.offered(frame.lane, { socket: 0, host: path.host, port: frame.port }, now);
    this.#host.lanes++;
    this.#host.emit({ type: 'lane-offered', session: this.#session, lane: frame.lane });
  }

  /** The peer has no port for the lane. */
  refused(frame: LaneRefuseFrame): void {
    const lane = this.#parts.lanes.get(frame.lane);
    if (lane?.offeredHere !== true || lane.open) return;
    this.#forgetLane(frame.lane);
    this.#host.emit({ type: 'lane-refused', session: this.#session, lane: lane.id, socket: lane.socket });
  }

  /** Ends what a lane closed by this side still carried. */
  #failTransfersOf(id: number): void {
    const session = this.#session;
    for (const transfer of this.#parts.outgoing.all()) {
      if (transfer.lane !== id) continue;
      session.cancelTransfer(transfer);
      this.#host.emit({ type: 'send-failed', session, transfer, reason: 'lane-closed' });
    }
    for (const transfer of this.#parts.incoming.all()) {
      if (transfer.lane !== id) continue;
      session.stopTransfer(transfer, 'lane-closed');
      this.#host.emit({ type: 'receive-failed', session, transfer, reason: 'lane-closed' });
    }
  }

  #forgetLane(id: number): void {
    if (this.#parts.lanes.remove(id) === undefined) return;
    this.#host.lanes--;
    this.#parts.keys.forgetLane(id);
  }
}
