/** The transport's sessions as the core sees them: by place, with numbered lanes and transfers. */

import type { IncomingTransfer, Lane, Session } from '@p2pimg/transport';
import { encodeUpload, fromHex, toHex } from '@p2pimg/wire';
import type { ClientEffect, Place } from '../core/effects.ts';
import type { ClientEvent } from '../core/events.ts';

/** A lane that was announced in a message may become known a little later than the message. */
const LANE_WAIT_MS = 10_000;

export type Dispatch = (event: ClientEvent) => void;

interface SessionLane {
  readonly session: Session;
  readonly lane: Lane;
}

interface Offered {
  readonly transfer: IncomingTransfer;
  /** Set when nobody had decided yet as the offer came in: the bytes wait. */
  early: Promise<Uint8Array> | undefined;
  decided: boolean;
}

/** All sessions with one server or one peer: usually one, more while one replaces another. Newest first. */
export class Sessions {
  readonly #dispatch: Dispatch;
  readonly #sessions = new Map<string, Session[]>();
  readonly #lanes = new Map<Session, Map<number, Lane>>();
  readonly #laneWaiters = new Set<() => void>();
  readonly #offered = new Map<number, Offered>();
  #lastTransfer = 0;

  constructor(dispatch: Dispatch) {
    this.#dispatch = dispatch;
  }

  /** Takes a session in; `onMessage` gets its messages. */
  add(
    place: Place,
    session: Session,
    onMessage: (bytes: Uint8Array) => void,
    onAnswer?: (bytes: Uint8Array) => void,
  ): void {
    const name = nameOf(place);
    this.#sessions.set(name, [session, ...this.of(place)]);
    this.#lanes.set(session, new Map());
    session.setHandlers({
      onMessage,
      onLane: (lane) => this.#laneOpened(session, lane),
      onTransfer: (transfer) => {
        if (transfer.purpose === 'answer') acceptAnswer(transfer, onAnswer);
        else this.#transferOffered(place, transfer);
      },
      onClose: () => this.#remove(name, session),
    });
  }

  of(place: Place): readonly Session[] {
    return this.#sessions.get(nameOf(place)) ?? [];
  }

  /** Opens a worker port on the newest session; resolves to the lane's number. */
  async openLane(place: Place): Promise<number> {
    const [session] = this.of(place);
    if (session === undefined) throw new Error('no session');
    const lane = await session.openLane();
    this.#laneOpened(session, lane);
    return lane.id;
  }

  closeLane(place: Place, lane: number): void {
    for (const session of this.of(place)) this.#lanes.get(session)?.get(lane)?.close();
  }

  /** Resolves when the other end has all bytes. */
  async sendTransfer(
    { place, lane, id, purpose, contentKey }: Extract<ClientEffect, { readonly kind: 'sendTransfer' }>,
    file: Uint8Array,
    onProgress: (bytes: number) => void,
  ): Promise<void> {
    const bytes = contentKey === undefined ? file : encodeUpload({ contentKey: fromHex(contentKey), picture: file });
    const request = { id: fromHex(id), purpose, bytes, onProgress };
    if (lane === undefined) {
      const [session] = this.of(place);
      if (session === undefined) throw new Error('no session');
      return session.sendTransfer(request).done;
    }
    const send = (on: SessionLane): Promise<void> => on.session.sendTransfer({ ...request, lane: on.lane }).done;
    const open = this.#laneOf(place, lane);
    return open === undefined ? this.#opening(place, lane).then(send) : send(open);
  }

  async acceptTransfer(number: number, onProgress: (bytes: number) => void): Promise<Uint8Array> {
    const offered = this.#offered.get(number);
    if (offered === undefined) throw new Error('no such transfer');
    offered.decided = true;
    this.#offered.delete(number);
    return offered.early ?? offered.transfer.accept(onProgress);
  }

  refuseTransfer(number: number): void {
    const offered = this.#offered.get(number);
    if (offered === undefined) return;
    offered.decided = true;
    this.#offered.delete(number);
    offered.transfer.refuse();
  }

  close(): void {
    for (const session of [...this.#sessions.values()].flat()) session.close();
  }

  #laneOpened(session: Session, lane: Lane): void {
    this.#lanes.get(session)?.set(lane.id, lane);
    void lane.closed.then(() => this.#lanes.get(session)?.delete(lane.id));
    for (const waiter of [...this.#laneWaiters]) waiter();
  }

  #laneOf(place: Place, id: number): SessionLane | undefined {
    for (const session of this.of(place)) {
      const lane = this.#lanes.get(session)?.get(id);
      if (lane !== undefined) return { session, lane };
    }
    return undefined;
  }

  #opening(place: Place, id: number): Promise<SessionLane> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#laneOf(place, id);
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error('the worker port that was announced was not opened'));
      }, LANE_WAIT_MS);
      const stop = (): void => {
        clearTimeout(timer);
        this.#laneWaiters.delete(look);
      };
      this.#laneWaiters.add(look);
    });
  }

  #transferOffered(place: Place, transfer: IncomingTransfer): void {
    const { purpose, size } = transfer;
    if (purpose === 'answer') return;
    const number = ++this.#lastTransfer;
    const offered: Offered = { transfer, early: undefined, decided: false };
    this.#offered.set(number, offered);
    this.#dispatch({ kind: 'transferOffered', place, transfer: number, id: toHex(transfer.id), purpose, size });
    if (offered.decided) return;
    // The core has taken note of it but is busy with something else of the same request.
    offered.early = transfer.accept();
    offered.early.catch(() => this.#offered.delete(number));
  }

  #remove(name: string, session: Session): void {
    const rest = (this.#sessions.get(name) ?? []).filter((other) => other !== session);
    if (rest.length === 0) this.#sessions.delete(name);
    else this.#sessions.set(name, rest);
    this.#lanes.delete(session);
  }
}

/** Answers that are too long for a message: at most so long (200 users with 200 images each). */
const MAX_ANSWER_BYTES: number = 8 * 1024 * 1024;

function acceptAnswer(transfer: IncomingTransfer, onAnswer: ((bytes: Uint8Array) => void) | undefined): void {
  if (onAnswer === undefined || transfer.size > MAX_ANSWER_BYTES) {
    transfer.refuse();
    return;
  }
  // An answer that broke off is sent again when the request is.
  transfer.accept().then(onAnswer, () => {});
}

function nameOf(place: Place): string {
  return 'server' in place ? `server ${place.server}` : `peer ${place.peer}`;
}
