import { ACK_DELAY_UNIT_MS, type AckFrame, MAX_DATAGRAM_BYTES, type PacketRange } from '@p2pimg/wire';
import type { CongestionController } from './congestion.ts';
import { LostPackets } from './lost-packets.ts';
import { Pacer } from './pacer.ts';
import { Rack } from './rack.ts';
import { RoundTrip } from './round-trip.ts';
import { MAX_TRACKED_PACKETS, type PacketOwner, SentPackets } from './sent-packets.ts';

/** The peer's loop may need this long to acknowledge. */
const PEER_DELAY_MS = 5;
const MINIMUM_PROBE_MS = 10;
const MAXIMUM_PROBE_MS = 2_000;
/**
 * Before anything was acknowledged. The responder gives a session up that is not confirmed in time, and under a flood it reads
 * one packet in several: probes then come as often as handshakes do.
 */
const MAXIMUM_FIRST_PROBE_MS = 250;
const PERSISTENT_PROBES = 3;
const MAX_IGNORED_PACKETS = 4_096;
/** Time-outs for which a lost packet is remembered: it may have been slow only. */
const LOST_MEMORY = 4;
/** So many numbers are kept for what is lost: past it lost packets are forgotten, or a fast sender would run out of numbers with nothing left to wait for. */
const MOST_REMEMBERED: number = MAX_TRACKED_PACKETS / 2;
/** Weight of one packet in the share of lost ones, and from which share on a path counts as lossy. */
const LOSS_WEIGHT: number = 1 / 512;
const LOSSY = 0.001;

/**
 * What was sent, when it counts as lost, and how much more may be sent: RACK (RFC 8985), probe time-out (RFC 9002, section 6.2) and a congestion controller with pacing.
 */
export class Recovery {
  readonly roundTrip: RoundTrip;
  readonly #sent = new SentPackets();
  readonly #congestion: CongestionController;
  readonly #pacer = new Pacer();
  /** Bytes that the peer's socket buffers hold: more in flight would only be dropped there. */
  readonly #peerBuffer: number;
  #delivered = 0;
  #deliveredAt = 0;
  #firstSentAt = 0;
  #limitedUntil = -1;
  readonly #rack = new Rack();
  #lossAt = Number.POSITIVE_INFINITY;
  #lastSentAt = 0;
  #probes = 0;
  #probesOwed = 0;
  #progressAt = 0;
  readonly #lost = new LostPackets();
  #spuriousLosses = 0;
  #lossShare = 0;
  /** What `onAck` finds, and how much of it is of this call: an array that is made anew for each takes memory for seventeen. */
  readonly #acked: number[] = [];

  constructor(congestion: CongestionController, initialRoundTripMs: number, peerBufferBytes: number) {
    this.#congestion = congestion;
    this.roundTrip = new RoundTrip(initialRoundTripMs);
    this.#peerBuffer = Math.max(peerBufferBytes, 32 * MAX_DATAGRAM_BYTES);
  }

  get inFlight(): number {
    return this.#sent.inFlight;
  }

  /** Packets get lost on this path, as far as is known: of the last thousand or so, more than one. */
  get mayLose(): boolean {
    return this.#delivered === 0 || this.#lossShare > LOSSY;
  }

  get spuriousLosses(): number {
    return this.#spuriousLosses;
  }

  /** Probes that may leave whatever the window says. */
  get probesOwed(): number {
    return this.#probesOwed;
  }

  /** The last moment at which the peer was heard to acknowledge, or nothing was owed. */
  get progressAt(): number {
    return this.#progressAt;
  }

  /** Since when nothing of what is in flight was acknowledged; infinite if nothing is. */
  get owedSince(): number {
    return this.#sent.count === 0 ? Number.POSITIVE_INFINITY : this.#progressAt;
  }

  /** The peer speaks and speaks, and acknowledges nothing: what is remembered of our packets would grow without end. */
  get isIgnored(): boolean {
    return this.#probes >= PERSISTENT_PROBES && this.#sent.span > MAX_IGNORED_PACKETS;
  }

  /** Number of probe time-outs in a row. */
  get probes(): number {
    return this.#probes;
  }

  get probeTimeout(): number {
    return Math.max(MINIMUM_PROBE_MS, this.roundTrip.timeout + PEER_DELAY_MS);
  }

  get nextNumber(): number {
    return this.#sent.nextNumber;
  }

  /** Whether the window has room for one more packet. */
  get mayGrow(): boolean {
    const window = Math.min(this.#congestion.window, this.#peerBuffer);
    return this.#sent.inFlight + MAX_DATAGRAM_BYTES <= window && !this.#sent.full;
  }

  /** When pacing allows the next packet. */
  pacedUntil(now: number): number {
    return this.#pacer.readyAt(this.#congestion.pacingRate, now);
  }

  /** Takes a number for a packet that is not tracked. */
  skip(): number {
    const number = this.#sent.skip();
    // Who only acknowledges is never acknowledged.
    if (this.#sent.count === 0) this.#forget(Number.NEGATIVE_INFINITY);
    return number;
  }

  onSent(bytes: number, owner: PacketOwner, detail: number, now: number): number {
    if (this.#sent.count === 0) {
      this.#firstSentAt = now;
      this.#deliveredAt = now;
      this.#progressAt = now;
    }
    const number = this.#sent.add(bytes, owner, detail, now, {
      delivered: this.#delivered,
      deliveredAt: this.#deliveredAt,
      firstSentAt: this.#firstSentAt,
      limited: this.#limitedUntil >= this.#delivered,
    });
    if (this.#probesOwed > 0) this.#probesOwed--;
    this.#lastSentAt = now;
    this.#pacer.onSent(bytes);
    this.#congestion.onSent(bytes, this.#sent.inFlight, now);
    return number;
  }

  /** Nothing more to send though the window has room: samples until all this is delivered are lower bounds. */
  onIdle(): void {
    this.#limitedUntil = this.#delivered + this.#sent.inFlight;
    this.#pacer.onIdle();
  }

  /**
   * Takes an acknowledgement. One that names a number never sent is ignored as a whole.
   * Returns the bytes newly acknowledged.
   */
  onAck(frame: AckFrame, now: number): number {
    const sent = this.#sent;
    const largest = frame.ranges[0]!.last;
    if (largest >= sent.nextNumber) return 0;
    if (this.#lost.size > 0) this.#noticeSpurious(frame.ranges, now);
    const acked = this.#acked;
    let count = 0;
    let cursor = sent.first;
    for (let i = frame.ranges.length - 1; i >= 0; i--) {
      const { first, last } = frame.ranges[i]!;
      while (cursor >= 0 && cursor < first) cursor = sent.after(cursor);
      while (cursor >= 0 && cursor <= last) {
        acked[count++] = cursor;
        cursor = sent.after(cursor);
      }
    }
    const bytes = count === 0 ? 0 : this.#acknowledge(count, largest, frame.delay * ACK_DELAY_UNIT_MS, now);
    if (count > 0) this.#detectLosses(now);
    // Last: what has just been declared lost may be all that was in flight, and nothing else would make room.
    this.#forget(now);
    return bytes;
  }

  /** The next moment at which something is to be done here; infinite if nothing is in flight. */
  get timeout(): number {
    if (this.#sent.count === 0) return Number.POSITIVE_INFINITY;
    return Math.min(this.#lossAt, this.#probeAt());
  }

  onTimeout(now: number): void {
    if (this.#sent.count === 0) return;
    if (this.#lossAt <= now) {
      this.#detectLosses(now);
      this.#forget(now);
    }
    if (this.#sent.count === 0 || this.#probeAt() > now) return;
    this.#probes++;
    this.#probesOwed = 2;
    this.#lastSentAt = now;
    // The newest first: its acknowledgement lets RACK judge all the others.
    this.#sent.repeat(this.#sent.last);
    if (this.#sent.first !== this.#sent.last) this.#sent.repeat(this.#sent.first);
    if (this.#probes === PERSISTENT_PROBES) this.#congestion.onPersistentLoss();
  }

  #probeAt(): number {
    const maximum = this.#delivered === 0 ? MAXIMUM_FIRST_PROBE_MS : MAXIMUM_PROBE_MS;
    return this.#lastSentAt + Math.min(maximum, this.probeTimeout * 2 ** Math.min(this.#probes, 10));
  }

  #acknowledge(count: number, largest: number, delayMs: number, now: number): number {
    const sent = this.#sent;
    const newest = this.#acked[count - 1]!;
    const sentAt = sent.sentAt(newest);
    const before = sent.rate(newest);
    if (newest === largest) this.roundTrip.sample(Math.max(0, now - sentAt), delayMs);
    this.#rack.onAcked(newest, sentAt, sent.nextNumber, now);
    let bytes = 0;
    if (this.#lossShare > 0) this.#lossShare *= (1 - LOSS_WEIGHT) ** count;
    for (let i = 0; i < count; i++) {
      const number = this.#acked[i]!;
      bytes += sent.bytes(number);
      sent.acknowledge(number, now);
    }
    this.#delivered += bytes;
    this.#deliveredAt = now;
    this.#firstSentAt = sentAt;
    this.#probes = 0;
    this.#probesOwed = 0;
    this.#progressAt = now;
    const interval = Math.max(sentAt - before.firstSentAt, now - before.deliveredAt);
    this.#congestion.onAck({
      now,
      acked: bytes,
      sentAt,
      roundTrip: this.roundTrip.latest,
      smoothedRoundTrip: this.roundTrip.smoothed,
      minRoundTrip: this.roundTrip.minimum,
      inFlight: sent.inFlight,
      deliveryRate: interval > 0 ? (this.#delivered - before.delivered) / interval : 0,
      appLimited: before.limited,
      delivered: this.#delivered,
      deliveredBefore: before.delivered,
    });
    return bytes;
  }

  /** Forgets what was acknowledged and what was lost long ago, at the old end. */
  #forget(now: number): void {
    const sent = this.#sent;
    const short = sent.span >= MOST_REMEMBERED;
    sent.prune(short ? Number.POSITIVE_INFINITY : now - LOST_MEMORY * this.roundTrip.timeout);
    this.#lost.forgetBelow(sent.oldest);
  }

  /** An acknowledgement for packets that were declared lost. */
  #noticeSpurious(ranges: readonly PacketRange[], now: number): void {
    for (let i = ranges.length - 1; i >= 0; i--) {
      const { first, last } = ranges[i]!;
      for (const number of this.#lost.take(first, last)) {
        this.#sent.acknowledge(number, now);
        this.#rack.onSpuriousLoss();
        this.#spuriousLosses++;
        this.#congestion.onSpuriousLoss();
      }
    }
  }

  #detectLosses(now: number): void {
    const sent = this.#sent;
    const patience = this.#rack.patience(this.roundTrip);
    this.#lossAt = Number.POSITIVE_INFINITY;
    let bytes = 0;
    let newestLost = -1;
    let cursor = sent.first;
    while (cursor >= 0) {
      const sentAt = sent.sentAt(cursor);
      if (this.#rack.isNewer(cursor, sentAt)) break;
      if (sentAt + patience > now) {
        this.#lossAt = sentAt + patience;
        break;
      }
      const next = sent.after(cursor);
      bytes += sent.bytes(cursor);
      newestLost = sentAt;
      this.#lossShare += (1 - this.#lossShare) * LOSS_WEIGHT;
      this.#lost.add(cursor);
      sent.lose(cursor);
      cursor = next;
    }
    if (bytes > 0) this.#congestion.onLoss(bytes, newestLost, sent.inFlight, now);
  }
}
