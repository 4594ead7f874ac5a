import { loadFfi } from '../../src/node/ffi.ts';
import type { LinkConditions } from './conditions.ts';

/**
 * A network link between two TUN devices, in a process of its own: packets that leave by one device come in by the other, late,
 * or not at all. For kernels without netem, and it carries TCP as well. Runs until it is killed or its parent is gone.
 *
 * Arguments: the two devices' names, the conditions as JSON, a seed.
 */

/** Linux: `fcntl.h`, `linux/if_tun.h`, `poll.h`. */
const O_RDWR_NONBLOCK = 0o4002;
const TUNSETIFF = 0x400454ca;
const IFF_TUN_NO_PI = 0x1001;
const POLLIN = 1;
const IFREQ_BYTES = 40;
const IFREQ_FLAGS_AT = 16;

const SLOT_BYTES = 2_048;
const SLOTS = 8_192;
/** Packets read from one device before the other's turn comes. */
const READS_PER_TURN = 64;
const LONGEST_WAIT_MS = 100;

interface Calls {
  open(path: bigint, flags: number): number;
  ioctl(fd: number, request: bigint, argument: bigint): number;
  read(fd: number, bytes: bigint, length: bigint): bigint;
  write(fd: number, bytes: bigint, length: bigint): bigint;
  ppoll(fds: bigint, count: bigint, timeout: bigint, signals: bigint): number;
}

interface Packet {
  readonly slot: number;
  readonly length: number;
  readonly at: number;
}

const ffi = loadFfi();
if (ffi === undefined) throw new Error('node:ffi is not to be had');
const calls = ffi.dlopen(null, {
  open: { arguments: ['u64', 'i32'], return: 'i32' },
  ioctl: { arguments: ['i32', 'u64', 'u64'], return: 'i32' },
  read: { arguments: ['i32', 'u64', 'u64'], return: 'i64' },
  write: { arguments: ['i32', 'u64', 'u64'], return: 'i64' },
  ppoll: { arguments: ['u64', 'u64', 'u64', 'u64'], return: 'i32' },
}).functions as Calls;

/** A packet is read into a slot and written from it: nothing is copied. */
class Slots {
  /** Only its address is used: held here, or the garbage collector takes it. */
  readonly bytes: Uint8Array = Buffer.allocUnsafeSlow(SLOTS * SLOT_BYTES);
  readonly pointers: readonly bigint[];
  readonly free: number[] = Array.from({ length: SLOTS }, (_, slot) => slot);

  constructor(base: (bytes: Uint8Array) => bigint) {
    const first = base(this.bytes);
    this.pointers = this.free.map((slot) => first + BigInt(slot * SLOT_BYTES));
  }
}

const slots = new Slots(ffi.getRawPointer);
const scratch = Buffer.allocUnsafeSlow(64).fill(0);
const scratchAt = ffi.getRawPointer(scratch);

function openTun(name: string): number {
  scratch.fill(0).write('/dev/net/tun', 'latin1');
  const fd = calls.open(scratchAt, O_RDWR_NONBLOCK);
  scratch.fill(0, 0, IFREQ_BYTES).write(name, 'latin1');
  scratch.writeUInt16LE(IFF_TUN_NO_PI, IFREQ_FLAGS_AT);
  if (fd < 0 || calls.ioctl(fd, BigInt(TUNSETIFF), scratchAt) !== 0) throw new Error(`no TUN device ${name}`);
  return fd;
}

/** One direction. */
class Direction {
  readonly #from: number;
  readonly #to: number;
  readonly #link: LinkConditions;
  readonly #random: () => number;
  /** Both in order of time; held-back packets apart. */
  #queue: Packet[] = [];
  #head = 0;
  readonly #held: Packet[] = [];
  #busyUntil = 0;

  constructor(from: number, to: number, link: LinkConditions, random: () => number) {
    this.#from = from;
    this.#to = to;
    this.#link = link;
    this.#random = random;
  }

  get next(): number {
    return Math.min(
      this.#queue[this.#head]?.at ?? Number.POSITIVE_INFINITY,
      this.#held[0]?.at ?? Number.POSITIVE_INFINITY,
    );
  }

  take(): void {
    for (let i = 0; i < READS_PER_TURN; i++) {
      const slot = slots.free.pop();
      if (slot === undefined) return;
      const length = Number(calls.read(this.#from, slots.pointers[slot]!, BigInt(SLOT_BYTES)));
      if (length <= 0 || !this.#accept(slot, length)) slots.free.push(slot);
      if (length <= 0) return;
    }
  }

  #accept(slot: number, length: number): boolean {
    const { loss, reorder, delayMs, bitsPerSecond, queueBytes } = this.#link;
    const now = performance.now();
    const bytesPerMs = bitsPerSecond / 8_000;
    this.#busyUntil = Math.max(this.#busyUntil, now);
    if (this.#random() < loss || (this.#busyUntil - now) * bytesPerMs + length > queueBytes) return false;
    this.#busyUntil += length / bytesPerMs;
    const at = this.#busyUntil + delayMs;
    if (this.#random() >= reorder) this.#queue.push({ slot, length, at });
    else {
      this.#held.push({ slot, length, at: at + (delayMs / 4) * (1 + this.#random()) });
      this.#held.sort((a, b) => a.at - b.at);
    }
    return true;
  }

  give(now: number): void {
    while (this.next <= now) {
      const held = this.#held[0];
      const first = this.#queue[this.#head];
      const packet =
        held !== undefined && held.at <= (first?.at ?? Number.POSITIVE_INFINITY) ? this.#held.shift()! : first!;
      if (packet === first) this.#head++;
      calls.write(this.#to, slots.pointers[packet.slot]!, BigInt(packet.length));
      slots.free.push(packet.slot);
    }
    if (this.#head < 1_024) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}

/** Small seeded generator (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

const [, , nameA = '', nameB = '', conditions = '{}', seed = '1'] = process.argv;
const link = JSON.parse(conditions) as LinkConditions;
const random = seeded(Number(seed));
const [a, b] = [openTun(nameA), openTun(nameB)];
const directions = [new Direction(a, b, link, random), new Direction(b, a, link, random)];
const parent = process.ppid;
process.stdout.write('up\n');

/** Blocks: there is nothing else to do here. */
function run(): void {
  const fds = 0;
  const timeout = 32;
  const [fdsAt, timeoutAt] = [scratchAt + BigInt(fds), scratchAt + BigInt(timeout)];
  while (process.ppid === parent) {
    const now = performance.now();
    for (const direction of directions) direction.give(now);
    const wait = Math.max(
      0,
      Math.min(LONGEST_WAIT_MS, Math.min(...directions.map(({ next }) => next)) - performance.now()),
    );
    for (const [i, fd] of [a, b].entries()) {
      scratch.writeInt32LE(fd, fds + i * 8);
      scratch.writeInt16LE(POLLIN, fds + i * 8 + 4);
      scratch.writeInt16LE(0, fds + i * 8 + 6);
    }
    scratch.writeBigInt64LE(0n, timeout);
    scratch.writeBigInt64LE(BigInt(Math.floor(wait * 1e6)), timeout + 8);
    if (calls.ppoll(fdsAt, 2n, timeoutAt, 0n) <= 0) continue;
    for (const [i, direction] of directions.entries()) {
      if (scratch.readInt16LE(fds + i * 8 + 6) !== 0) direction.take();
    }
  }
}

// After the word that it is up has been written.
setImmediate(run);
