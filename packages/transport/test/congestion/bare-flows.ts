import { EventQueue } from '@p2pimg/netsim';
import { type AckFrame, MAX_DATAGRAM_BYTES, SEGMENT_BYTES } from '@p2pimg/wire';
import type { CongestionController } from '../../src/core/recovery/congestion.ts';
import { ReceivedPackets } from '../../src/core/recovery/received-packets.ts';
import { Recovery } from '../../src/core/recovery/recovery.ts';
import type { PacketOwner } from '../../src/core/recovery/sent-packets.ts';
import { seeded } from '../support/pair.ts';
import { HEADERS_BYTES, type PathConditions } from './shared-link.ts';

const INITIAL_ROUND_TRIP_MS = 20;
const PEER_BUFFER_BYTES: number = 4 << 20;
/** Timers of an event loop come up to this late. */
const TIMER_MS = 1;
/** Newer reports than this many packets back carry what older ones said. */
const REPORTED_PACKETS = 2_000;

/**
 * One line that several flows share, on virtual time, with nothing but recovery, congestion control and acknowledgements at work: no
 * session, no cipher. A hundred times as fast as `SharedLink`, so that shares can be told from hundreds of seeds.
 */
export class BareLink {
  now = 0;
  readonly random: () => number;
  readonly conditions: PathConditions;
  /** Loops come round to their sockets at most this late, in ms: what has arrived by then is read at once. */
  readonly loopMs: number;
  readonly #events = new EventQueue();
  readonly #flows = new Set<BareFlow>();
  #busyUntil = 0;

  constructor(seed: number, conditions: PathConditions, loopMs: number) {
    this.random = seeded(seed);
    this.conditions = conditions;
    this.loopMs = loopMs;
  }

  at(time: number, work: () => void): void {
    this.#events.push(Math.max(time, this.now), 0, 0, 0, 0, work);
  }

  /** The flow has something to do at the end of this moment. */
  touch(flow: BareFlow): void {
    this.#flows.add(flow);
  }

  /** A packet before the line; `arrive` is called unless it is lost. */
  send(arrive: () => void): void {
    const { delayMs, loss, rate, queueBytes } = this.conditions;
    const length = MAX_DATAGRAM_BYTES + HEADERS_BYTES;
    const busy = Math.max(this.#busyUntil, this.now);
    if (this.random() < loss || (busy - this.now) * rate + length > queueBytes) return;
    this.#busyUntil = busy + length / rate;
    this.at(this.#busyUntil + delayMs, arrive);
  }

  run(until: number): void {
    for (;;) {
      for (const flow of this.#flows) flow.step();
      this.#flows.clear();
      if (this.#events.nextTime() > until) break;
      this.now = Math.max(this.now, this.#events.nextTime());
      while (this.#events.nextTime() <= this.now && this.#events.pop()) (this.#events.payload as () => void)();
    }
    this.now = until;
  }
}

/** A loop that reads what has come in when it gets round to it. */
class Inbox<T> {
  readonly #link: BareLink;
  readonly #read: (item: T) => void;
  #waiting: T[] = [];
  #nextTurn = 0;

  constructor(link: BareLink, read: (item: T) => void) {
    this.#link = link;
    this.#read = read;
  }

  push(item: T): void {
    const link = this.#link;
    if (this.#waiting.push(item) > 1) return;
    link.at(this.#nextTurn, () => {
      this.#nextTurn = link.now + link.random() * link.loopMs;
      const items = this.#waiting;
      this.#waiting = [];
      for (const one of items) this.#read(one);
    });
  }
}

/** Sends without end; what is lost counts as sent again by the next packet. */
export class BareFlow implements PacketOwner {
  /** Payload that has arrived, in bytes. */
  received = 0;
  sent = 0;
  lost = 0;
  readonly #link: BareLink;
  readonly #recovery: Recovery;
  readonly #arrived = new ReceivedPackets();
  readonly #packets: Inbox<number>;
  readonly #reports: Inbox<AckFrame>;
  #wakeAt = Number.POSITIVE_INFINITY;
  #reportAt = Number.POSITIVE_INFINITY;

  constructor(link: BareLink, congestion: CongestionController) {
    this.#link = link;
    this.#recovery = new Recovery(congestion, INITIAL_ROUND_TRIP_MS, PEER_BUFFER_BYTES);
    this.#packets = new Inbox(link, (number) => {
      this.#arrived.add(number, true, false, this.#recovery.roundTrip.smoothed, link.now);
      this.received += SEGMENT_BYTES;
      link.touch(this);
    });
    this.#reports = new Inbox(link, (report) => {
      this.#recovery.onAck(report, link.now);
      link.touch(this);
    });
    link.touch(this);
  }

  packetAcked(): void {}

  resend(): void {
    this.lost++;
  }

  step(): void {
    this.#report();
    this.#transmit();
  }

  #transmit(): void {
    const { now } = this.#link;
    const recovery = this.#recovery;
    let paced = Number.POSITIVE_INFINITY;
    while (recovery.mayGrow || recovery.probesOwed > 0) {
      const at = recovery.pacedUntil(now);
      if (at > now && recovery.probesOwed === 0) {
        paced = at;
        break;
      }
      const number = recovery.onSent(MAX_DATAGRAM_BYTES, this, 0, now);
      this.sent++;
      this.#link.send(() => this.#packets.push(number));
    }
    const wake = Math.min(paced, recovery.timeout);
    if (wake === this.#wakeAt) return;
    this.#wakeAt = wake;
    if (!Number.isFinite(wake)) return;
    this.#link.at(Math.max(wake, now) + this.#link.random() * TIMER_MS, () => {
      if (this.#wakeAt !== wake) return;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      recovery.onTimeout(this.#link.now);
      this.#link.touch(this);
    });
  }

  #report(): void {
    const link = this.#link;
    const due = this.#arrived.deadline;
    if (due <= link.now) {
      const report = this.#arrived.report(link.now);
      this.#reportAt = Number.POSITIVE_INFINITY;
      if (report === undefined) return;
      this.#arrived.forgetThrough(report.ranges[0]!.last - REPORTED_PACKETS);
      if (link.random() < link.conditions.loss) return;
      link.at(link.now + link.conditions.delayMs, () => this.#reports.push(report));
    } else if (due !== this.#reportAt && Number.isFinite(due)) {
      this.#reportAt = due;
      link.at(due + link.random() * TIMER_MS, () => {
        if (this.#reportAt !== due) return;
        this.#reportAt = Number.POSITIVE_INFINITY;
        link.touch(this);
      });
    }
  }
}
