import type { EndpointEvent } from '../../src/core/events.ts';
import type { Session } from '../../src/core/session/session.ts';
import type { OutgoingTransfer } from '../../src/core/transfers/outgoing-transfer.ts';
import { type Program, type SimPeer, targetOf, type Witness } from './sim-peer.ts';
import { contentOf, HEAD_BYTES, type Head, type Ledger, readHead, type Work, writeHead } from './work.ts';

const UPLOAD = 0;
const DOWNLOAD = 1;
const RECONNECT_MS = 100;
const ASK_AGAIN_MS = 4_000;

/** What both programs do: take what comes, send transfers, on a lane of their own if wanted. */
abstract class Base implements Program {
  protected readonly peer: SimPeer;
  protected readonly ledger: Ledger;
  readonly #witness: Witness;
  readonly #waitingForLane = new Map<string, { head: Head; purpose: number }>();
  readonly #lanes = new Map<OutgoingTransfer, number>();
  protected readonly sending: Map<OutgoingTransfer, Head> = new Map<OutgoingTransfer, Head>();
  protected now: number = 0;

  constructor(peer: SimPeer, ledger: Ledger, witness: Witness) {
    this.peer = peer;
    this.ledger = ledger;
    this.#witness = witness;
  }

  abstract start(now: number): void;
  abstract nextTimeout(): number;
  abstract handleTimeout(now: number): void;
  /** A transfer has come whole. */
  protected abstract got(head: Head): void;
  /** A transfer of ours has arrived whole. */
  protected abstract finished(head: Head): void;

  protected send(session: Session, head: Head, purpose: number): void {
    if (session.state !== 'established') return;
    if (head.flags === 2) {
      const { socket, port } = this.peer.openSocket();
      const lane = session.lanes?.offer(socket, port, this.now);
      if (lane !== undefined) {
        this.#waitingForLane.set(`${session.localId} ${lane}`, { head, purpose });
        return;
      }
    }
    this.#transfer(session, head, purpose, 0);
  }

  on(event: EndpointEvent, now: number): void {
    this.now = now;
    const { session } = event;
    switch (event.type) {
      case 'transfer-offered':
        session.acceptTransfer(event.transfer);
        return;
      case 'transfer-received': {
        const head = readHead(event.transfer.id);
        this.ledger.arrived(head, event.transfer.bytes);
        this.got(head);
        return;
      }
      case 'transfer-sent': {
        const head = this.sending.get(event.transfer)!;
        this.ledger.confirmed(head.attempt);
        this.finished(head);
        this.#ended(session, event.transfer);
        return;
      }
      case 'send-failed':
        this.#ended(session, event.transfer);
        return;
      case 'lane-offered': {
        const { socket, port } = this.peer.openSocket();
        session.lanes?.accept(event.lane, socket, port);
        return;
      }
      case 'lane-opened':
        this.#onLane(session, event.lane, event.lane);
        return;
      case 'lane-refused':
      case 'lane-closed':
        this.#onLane(session, event.lane, 0);
        return;
    }
    const { endpoint } = this.peer;
    if (endpoint.lanes > 40) this.#witness.violate(`${endpoint.lanes} lanes`);
  }

  #onLane(session: Session, lane: number, use: number): void {
    const waiting = this.#waitingForLane.get(`${session.localId} ${lane}`);
    this.#waitingForLane.delete(`${session.localId} ${lane}`);
    if (waiting !== undefined && session.state === 'established')
      this.#transfer(session, waiting.head, waiting.purpose, use);
  }

  #transfer(session: Session, head: Head, purpose: number, lane: number): void {
    const transfer = session.sendTransfer({
      id: writeHead(head),
      purpose,
      bytes: contentOf(head.work, head.size),
      lane,
    });
    this.sending.set(transfer, head);
    if (lane !== 0) this.#lanes.set(transfer, lane);
  }

  #ended(session: Session, transfer: OutgoingTransfer): void {
    const lane = this.#lanes.get(transfer);
    this.sending.delete(transfer);
    this.#lanes.delete(transfer);
    if (lane !== undefined && session.state === 'established') session.lanes?.close(lane);
  }
}

export class ServerProgram extends Base {
  start(): void {}
  nextTimeout(): number {
    return Number.POSITIVE_INFINITY;
  }
  handleTimeout(): void {}
  protected got(): void {}
  protected finished(): void {}

  override on(event: EndpointEvent, now: number): void {
    super.on(event, now);
    if (event.type !== 'message') return;
    const head = readHead(event.bytes);
    if (head.flags === 0) {
      this.ledger.arrived(head, event.bytes.subarray(HEAD_BYTES));
      return;
    }
    this.send(event.session, { ...head, flags: head.flags === 3 ? 2 : 0 }, DOWNLOAD);
  }
}

/** Keeps a session up and brings its work over, whatever happens. */
export class ClientProgram extends Base {
  readonly #work: Work[];
  readonly #messages = new Map<number, { work: Work; attempt: number }>();
  readonly #pauseMs: number;
  #session: Session | undefined;
  #connectAt = Number.POSITIVE_INFINITY;
  #askAt = Number.POSITIVE_INFINITY;
  #nextWork = 0;
  #closing = false;
  /** Sessions that were established. */
  sessions = 0;

  /** `pauseMs`: between the beginnings of two works. */
  constructor(peer: SimPeer, ledger: Ledger, witness: Witness, work: Work[], pauseMs: number) {
    super(peer, ledger, witness);
    this.#work = work;
    this.#pauseMs = pauseMs;
  }

  start(now: number): void {
    this.#connectAt = now;
  }

  /** No more sessions. */
  finish(now: number): void {
    this.#closing = true;
    this.#session?.close('local', now);
  }

  nextTimeout(): number {
    return Math.min(this.#connectAt, this.#askAt);
  }

  handleTimeout(now: number): void {
    this.now = now;
    if (this.#connectAt <= now && !this.#closing) {
      this.#connectAt = Number.POSITIVE_INFINITY;
      this.#session = this.peer.endpoint.connect(targetOf(0), now);
    }
    if (this.#askAt <= now) this.#next(now);
  }

  override on(event: EndpointEvent, now: number): void {
    super.on(event, now);
    if (event.session !== this.#session) return;
    if (event.type === 'established') {
      this.sessions++;
      this.#messages.clear();
      this.#nextWork = 0;
      this.#next(now);
    }
    if (event.type === 'message-acknowledged') this.#acknowledged(event.number);
    if (event.type === 'closed') {
      this.#session = undefined;
      this.#askAt = Number.POSITIVE_INFINITY;
      this.#connectAt = now + RECONNECT_MS;
    }
  }

  protected finished(head: Head): void {
    this.got(head);
  }

  protected got(head: Head): void {
    const work = this.#work.find(({ id }) => id === head.work);
    if (work !== undefined) work.done = true;
  }

  #acknowledged(number: number): void {
    const sent = this.#messages.get(number);
    if (sent === undefined) return;
    this.#messages.delete(number);
    if (sent.work.kind === 'download') return;
    this.ledger.confirmed(sent.attempt);
    sent.work.done = true;
  }

  /** Begins the next work that is not done; after the last one, all that are still not done again, later. */
  #next(now: number): void {
    const session = this.#session;
    this.#askAt = Number.POSITIVE_INFINITY;
    if (session?.state !== 'established') return;
    while (this.#work[this.#nextWork]?.done === true) this.#nextWork++;
    const work = this.#work[this.#nextWork];
    if (work === undefined) {
      if (this.#work.every(({ done }) => done)) return;
      this.#nextWork = 0;
      this.#askAt = now + ASK_AGAIN_MS;
      return;
    }
    this.#nextWork++;
    this.#begin(session, work);
    if (this.#pauseMs === 0) this.#next(now);
    else this.#askAt = now + this.#pauseMs;
  }

  #begin(session: Session, work: Work): void {
    const { id, kind, size, onLane } = work;
    const attempt = this.ledger.attempt();
    if (kind === 'upload') {
      this.send(session, { attempt, work: id, size, flags: onLane ? 2 : 0 }, UPLOAD);
      return;
    }
    const ask = kind === 'download';
    const head = writeHead({ attempt, work: id, size, flags: ask ? (onLane ? 3 : 1) : 0 });
    const content = ask ? new Uint8Array(0) : contentOf(id, size);
    const message = new Uint8Array(head.length + content.length);
    message.set(head);
    message.set(content, head.length);
    const number = session.sendMessage(message);
    if (number !== undefined) this.#messages.set(number, { work, attempt });
  }
}
