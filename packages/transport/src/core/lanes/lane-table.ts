import type { Path } from '../path.ts';
import { ReplayWindow } from '../replay-window.ts';

const LANE_IDS = 0x1_0000;

export interface LaneState {
  readonly id: number;
  /** The driver's socket and its port; the acceptor has none until it accepts. */
  socket: number;
  localPort: number;
  /** Where to send: the offered port at first, then where sealed packets come from. */
  path: Path | undefined;
  readonly offeredHere: boolean;
  open: boolean;
  usedAt: number;
}

/** The worker lanes of one session. Lane 0 is the parent port and not listed. */
export class LaneTable {
  readonly #lanes = new Map<number, LaneState>();
  /** Offers are reliable frames and may arrive twice, even when the lane is gone. */
  readonly #offersSeen = new ReplayWindow(1024);
  #nextId: number;

  /** Initiators offer odd ids, responders even ones. */
  constructor(initiator: boolean) {
    this.#nextId = initiator ? 1 : 2;
  }

  get size(): number {
    return this.#lanes.size;
  }

  get(id: number): LaneState | undefined {
    return this.#lanes.get(id);
  }

  all(): IterableIterator<LaneState> {
    return this.#lanes.values();
  }

  /** A lane offered by this side. The caller has checked the caps, which are far below the number of ids. */
  offer(socket: number, localPort: number, now: number): LaneState {
    while (this.#nextId === 0 || this.#lanes.has(this.#nextId)) this.#nextId = (this.#nextId + 2) % LANE_IDS;
    const id = this.#nextId;
    this.#nextId = (this.#nextId + 2) % LANE_IDS;
    const lane: LaneState = { id, socket, localPort, path: undefined, offeredHere: true, open: false, usedAt: now };
    this.#lanes.set(id, lane);
    return lane;
  }

  /** Whether an offer with this id is new. Marks it as seen. */
  isNewOffer(id: number): boolean {
    const highest = this.#offersSeen.highest;
    // Ids wrap: take the number next to the highest one seen that has these sixteen bits.
    let number = id;
    if (highest >= 0) {
      number = highest - (highest % LANE_IDS) + id;
      if (number - highest > LANE_IDS / 2 && number >= LANE_IDS) number -= LANE_IDS;
      else if (highest - number > LANE_IDS / 2) number += LANE_IDS;
    }
    if (id === 0 || this.#lanes.has(id) || !this.#offersSeen.isFresh(number)) return false;
    this.#offersSeen.mark(number);
    return true;
  }

  /** A lane offered by the peer, before a socket of ours is known. */
  offered(id: number, path: Path, now: number): void {
    this.#lanes.set(id, { id, socket: 0, localPort: 0, path, offeredHere: false, open: false, usedAt: now });
  }

  remove(id: number): LaneState | undefined {
    const lane = this.#lanes.get(id);
    this.#lanes.delete(id);
    return lane;
  }
}
