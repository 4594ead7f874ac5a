import { type Frame, frameBytes } from '@p2pimg/wire';
import { Fifo } from '../fifo.ts';

/** A frame on its way: queued, in a packet, acknowledged or wanted again. */
export interface QueuedFrame {
  readonly frame: Frame;
  /** The lane whose port and keys carry it. */
  readonly lane: number;
  /** Called once, with the frame, when a packet with it was acknowledged. */
  readonly onAcked?: (frame: Frame) => void;
  /** Decides whether a lost frame still says something; default: always. */
  readonly stillWanted?: () => boolean;
  /** Is to go out a second time, in the packet after the first: much is lost with it. */
  twice?: boolean;
  settled: boolean;
  queued: boolean;
}

/** Frames that wait for a control packet, first in first out; reliable until acknowledged. */
export class ControlQueue {
  readonly #frames = new Fifo<QueuedFrame>();
  /** Sent once, and to be sent again. */
  #secondCopies: QueuedFrame[] = [];
  readonly #isLive: (lane: number) => boolean;

  /** Frames of a lane that is not live any more travel on the parent port. */
  constructor(isLive: (lane: number) => boolean) {
    this.#isLive = isLive;
  }

  get isEmpty(): boolean {
    return this.#frames.length === 0;
  }

  get size(): number {
    return this.#frames.length;
  }

  /** The lane of the first frame; 0 if there is none. */
  get lane(): number {
    const { first } = this.#frames;
    return first === undefined ? 0 : this.#laneOf(first);
  }

  push(frame: Frame, lane = 0, hooks: Pick<QueuedFrame, 'onAcked' | 'stillWanted' | 'twice'> = {}): void {
    this.#frames.push({ frame, lane, ...hooks, settled: false, queued: true });
  }

  /** The next frame for the lane if it fits into `room`. */
  take(lane: number, room: number): QueuedFrame | undefined {
    const frames = this.#frames;
    for (let i = 0; i < frames.length; i++) {
      const queued = frames.at(i)!;
      if (this.#laneOf(queued) !== lane) continue;
      if (frameBytes(queued.frame) > room) return undefined;
      frames.remove(i);
      queued.queued = false;
      if (queued.twice === true) {
        queued.twice = false;
        this.#secondCopies.push(queued);
      }
      return queued;
    }
    return undefined;
  }

  /** Queues the second copies of what the packet before held, and tells whether there are any. */
  repeat(): boolean {
    if (this.#secondCopies.length === 0) return false;
    const copies = this.#secondCopies;
    this.#secondCopies = [];
    for (const queued of copies) this.putBack(queued);
    return true;
  }

  /** Puts a lost frame back, unless it was acknowledged after all or says nothing any more. */
  putBack(queued: QueuedFrame): void {
    if (queued.settled || queued.queued || queued.stillWanted?.() === false) return;
    queued.queued = true;
    this.#frames.unshift(queued);
  }

  /** Marks as acknowledged. */
  settle(queued: QueuedFrame): void {
    if (queued.settled) return;
    queued.settled = true;
    queued.onAcked?.(queued.frame);
  }

  #laneOf(queued: QueuedFrame): number {
    return this.#isLive(queued.lane) ? queued.lane : 0;
  }
}
