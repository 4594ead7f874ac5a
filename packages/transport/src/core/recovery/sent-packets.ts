/** Who cares about what was in a packet. `detail` is the owner's own number for it. */
export interface PacketOwner {
  packetAcked(detail: number, now: number): void;
  /** What was inside is wanted again: the packet is lost, or a probe repeats it. */
  resend(detail: number): void;
}

/** Most sessions are idle most of the time. */
const INITIAL_CAPACITY = 16;
/** Packets between the oldest one still remembered and the newest: 16 MiB in flight at most. */
export const MAX_TRACKED_PACKETS = 16_384;

const GONE = 0;
const IN_FLIGHT = 1;
const LOST = 2;
const NONE = -1;

/**
 * Packets sent and not yet acknowledged: a ring over packet numbers in typed arrays, and through it a list of those
 * in flight in order of sending. Walking an acknowledgement costs what is newly acknowledged and the gaps before it,
 * never the whole window.
 */
export class SentPackets {
  #capacity = INITIAL_CAPACITY;
  #sentAt = new Float64Array(INITIAL_CAPACITY);
  #bytes = new Uint16Array(INITIAL_CAPACITY);
  #state = new Uint8Array(INITIAL_CAPACITY);
  #detail = new Int32Array(INITIAL_CAPACITY);
  #owner: (PacketOwner | undefined)[] = new Array(INITIAL_CAPACITY).fill(undefined);
  #next = new Int32Array(INITIAL_CAPACITY);
  #previous = new Int32Array(INITIAL_CAPACITY);
  /** Delivery-rate snapshot at sending (draft-ietf-ccwg-bbr, section 4.1.1). */
  #delivered = new Float64Array(INITIAL_CAPACITY);
  #deliveredAt = new Float64Array(INITIAL_CAPACITY);
  #firstSentAt = new Float64Array(INITIAL_CAPACITY);
  #limited = new Uint8Array(INITIAL_CAPACITY);
  /** Numbers in [oldest, upper) are in the ring. */
  #oldest = 0;
  #upper = 0;
  #head = NONE;
  #tail = NONE;
  #inFlight = 0;
  #count = 0;

  /** The number of the next packet. Every number is used once. */
  get nextNumber(): number {
    return this.#upper;
  }

  /** Bytes in flight. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get count(): number {
    return this.#count;
  }

  /** The lowest number that is still remembered. */
  get oldest(): number {
    return this.#oldest;
  }

  /** Numbers from the oldest one still remembered to the newest. */
  get span(): number {
    return this.#upper - this.#oldest;
  }

  get full(): boolean {
    return this.#upper - this.#oldest >= MAX_TRACKED_PACKETS;
  }

  /** The packet in flight that was sent first or last; −1 if none is. */
  get first(): number {
    return this.#head === NONE ? NONE : this.#numberOf(this.#head);
  }

  get last(): number {
    return this.#tail === NONE ? NONE : this.#numberOf(this.#tail);
  }

  /** Takes the next number for a packet that need not be tracked (an acknowledgement alone). */
  skip(): number {
    const number = this.#reserve();
    this.#state[number % this.#capacity] = GONE;
    return number;
  }

  add(bytes: number, owner: PacketOwner, detail: number, now: number, rate: RateSnapshot): number {
    const number = this.#reserve();
    const slot = number % this.#capacity;
    this.#sentAt[slot] = now;
    this.#bytes[slot] = bytes;
    this.#state[slot] = IN_FLIGHT;
    this.#detail[slot] = detail;
    this.#owner[slot] = owner;
    this.#delivered[slot] = rate.delivered;
    this.#deliveredAt[slot] = rate.deliveredAt;
    this.#firstSentAt[slot] = rate.firstSentAt;
    this.#limited[slot] = rate.limited ? 1 : 0;
    this.#link(slot);
    this.#inFlight += bytes;
    this.#count++;
    return number;
  }

  sentAt(number: number): number {
    return this.#sentAt[number % this.#capacity]!;
  }

  bytes(number: number): number {
    return this.#bytes[number % this.#capacity]!;
  }

  rate(number: number): RateSnapshot {
    const slot = number % this.#capacity;
    return {
      delivered: this.#delivered[slot]!,
      deliveredAt: this.#deliveredAt[slot]!,
      firstSentAt: this.#firstSentAt[slot]!,
      limited: this.#limited[slot] === 1,
    };
  }

  /** The packet in flight that was sent after this one, −1 at the end. */
  after(number: number): number {
    const slot = this.#next[number % this.#capacity]!;
    return slot === NONE ? NONE : this.#numberOf(slot);
  }

  /** Ends a packet that is in flight or was thought lost, and tells its owner. */
  acknowledge(number: number, now: number): void {
    const slot = number % this.#capacity;
    if (this.#state[slot] === IN_FLIGHT) this.#unlink(slot);
    this.#state[slot] = GONE;
    const owner = this.#owner[slot];
    this.#owner[slot] = undefined;
    owner?.packetAcked(this.#detail[slot]!, now);
  }

  /** Takes a packet out of flight and asks its owner to send its content again. It is remembered: an acknowledgement may still come. */
  lose(number: number): void {
    const slot = number % this.#capacity;
    this.#unlink(slot);
    this.#state[slot] = LOST;
    this.#owner[slot]?.resend(this.#detail[slot]!);
  }

  /** Asks for the content again, though the packet may still arrive. */
  repeat(number: number): void {
    const slot = number % this.#capacity;
    this.#owner[slot]?.resend(this.#detail[slot]!);
  }

  /** Forgets lost packets that were sent before `before`, and everything acknowledged, at the old end. */
  prune(before: number): void {
    while (this.#oldest < this.#upper) {
      const slot = this.#oldest % this.#capacity;
      const state = this.#state[slot];
      if (state === IN_FLIGHT || (state === LOST && this.#sentAt[slot]! >= before)) return;
      this.#owner[slot] = undefined;
      this.#state[slot] = GONE;
      this.#oldest++;
    }
  }

  #reserve(): number {
    if (this.#upper - this.#oldest >= this.#capacity) this.#grow();
    return this.#upper++;
  }

  #numberOf(slot: number): number {
    const base = this.#oldest % this.#capacity;
    return this.#oldest + ((slot - base + this.#capacity) % this.#capacity);
  }

  #link(slot: number): void {
    this.#next[slot] = NONE;
    this.#previous[slot] = this.#tail;
    if (this.#tail === NONE) this.#head = slot;
    else this.#next[this.#tail] = slot;
    this.#tail = slot;
  }

  #unlink(slot: number): void {
    const next = this.#next[slot]!;
    const previous = this.#previous[slot]!;
    if (previous === NONE) this.#head = next;
    else this.#next[previous] = next;
    if (next === NONE) this.#tail = previous;
    else this.#previous[next] = previous;
    this.#inFlight -= this.#bytes[slot]!;
    this.#count--;
  }

  #grow(): void {
    const from = this.#capacity;
    const capacity = from * 2;
    const owner = this.#owner;
    const move = <T extends Float64Array | Uint16Array | Int32Array | Uint8Array>(old: T, larger: T): T => {
      for (let n = this.#oldest; n < this.#upper; n++) larger[n % capacity] = old[n % from]!;
      return larger;
    };
    this.#sentAt = move(this.#sentAt, new Float64Array(capacity));
    this.#bytes = move(this.#bytes, new Uint16Array(capacity));
    this.#detail = move(this.#detail, new Int32Array(capacity));
    this.#delivered = move(this.#delivered, new Float64Array(capacity));
    this.#deliveredAt = move(this.#deliveredAt, new Float64Array(capacity));
    this.#firstSentAt = move(this.#firstSentAt, new Float64Array(capacity));
    this.#limited = move(this.#limited, new Uint8Array(capacity));
    this.#state = move(this.#state, new Uint8Array(capacity));
    this.#owner = new Array(capacity).fill(undefined);
    for (let n = this.#oldest; n < this.#upper; n++) this.#owner[n % capacity] = owner[n % from];
    this.#next = new Int32Array(capacity);
    this.#previous = new Int32Array(capacity);
    this.#capacity = capacity;
    this.#relink();
  }

  /** Rebuilds the list: numbers rise in the order of sending. */
  #relink(): void {
    this.#head = NONE;
    this.#tail = NONE;
    for (let n = this.#oldest; n < this.#upper; n++) {
      const slot = n % this.#capacity;
      if (this.#state[slot] === IN_FLIGHT) this.#link(slot);
    }
  }
}

/** What delivery looked like when a packet was sent. Times in ms, amounts in bytes since the start. */
export interface RateSnapshot {
  readonly delivered: number;
  readonly deliveredAt: number;
  readonly firstSentAt: number;
  /** The application, not the network, set the pace. */
  readonly limited: boolean;
}
