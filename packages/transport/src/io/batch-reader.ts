import { readU32 } from '@p2pimg/wire';
import { type Libc, MSG_DONTWAIT } from './libc.ts';
import { IPV4_ADDRESS_BYTES, IPV4_HOST_AT, portAt } from './socket-address.ts';
import type { SocketEvents } from './udp-driver.ts';

/** The most that one receive gives. */
const BATCH_BYTES: number = 64 * 1024;
/** What is read in a row at most: then others, timers and promises go on. */
const MAX_READS = 256;
const MAX_BYTES: number = 32 * BATCH_BYTES;
/** After so many looks in vain behind a first receive, most are left out; every so many turns it is looked all the same. */
const VAIN_LOOKS = 8;
const LOOK_EVERY = 8;
const ADDRESS_AT: number = BATCH_BYTES;
const ADDRESS_LENGTH_AT: number = ADDRESS_AT + IPV4_ADDRESS_BYTES;
const STAGE_BYTES: number = ADDRESS_LENGTH_AT + 4;
const ROOM = BigInt(BATCH_BYTES);
/** Senders whose address is kept as text. */
const KEPT_HOSTS = 256;

/** What all readers of this process receive into: each batch is used up before the next is read. */
class Stage {
  /** The batch, the sender's address, and that address's length. */
  readonly bytes: Uint8Array = new Uint8Array(new ArrayBuffer(STAGE_BYTES));
  readonly addressLength: DataView = new DataView(this.bytes.buffer, ADDRESS_LENGTH_AT);
  readonly batchAt: bigint;
  readonly addressAt: bigint;
  readonly addressLengthAt: bigint;

  constructor(libc: Libc) {
    this.batchAt = libc.getRawPointer(this.bytes);
    this.addressAt = this.batchAt + BigInt(ADDRESS_AT);
    this.addressLengthAt = this.batchAt + BigInt(ADDRESS_LENGTH_AT);
  }
}

let stage: Stage | undefined;

/**
 * Reads what waits at an IPv4 socket. dgram takes a fresh buffer of 64 KiB and a few objects for each receive, and that memory has to be
 * collected; here it is one buffer and no object.
 */
export class BatchReader {
  readonly #libc: Libc;
  readonly #fd: bigint;
  readonly #onBatch: SocketEvents['onBatch'];
  readonly #stage: Stage;
  readonly #hosts = new Map<number, string>();
  #open = true;
  /** Looks in vain since the last one that found something, and those left out. */
  #vain = 0;
  #leftOut = 0;

  constructor(libc: Libc, fd: number, onBatch: SocketEvents['onBatch']) {
    stage ??= new Stage(libc);
    this.#libc = libc;
    this.#fd = BigInt(fd);
    this.#onBatch = onBatch;
    this.#stage = stage;
  }

  /** The file descriptor may soon be another file's. */
  close(): void {
    this.#open = false;
  }

  /**
   * Until nothing is left, or much was read: so many receives, or 2 MiB. At a socket where things come one by one mostly just one receive: what
   * is left is told again.
   */
  read(maxReads: number = MAX_READS): void {
    let bytes = 0;
    for (let reads = 0; reads < maxReads && bytes < MAX_BYTES && this.#open; reads++) {
      if (reads === 1 && this.#leavesOut()) return;
      const length = this.#receive();
      if (reads === 1) this.#vain = length < 0 ? this.#vain + 1 : 0;
      if (length < 0) return;
      bytes += length;
      if (length > 0) this.#onBatch(this.#stage.bytes, length, this.#host(), this.#port());
    }
  }

  /** Whether the look behind the first receive is left out: it costs a third of what a datagram does, before the answer leaves. */
  #leavesOut(): boolean {
    if (this.#vain < VAIN_LOOKS) return false;
    this.#leftOut = (this.#leftOut + 1) % LOOK_EVERY;
    return this.#leftOut !== 0;
  }

  /** Length of what was received; negative if nothing was there. */
  #receive(): number {
    const { addressLength, batchAt, addressAt, addressLengthAt } = this.#stage;
    addressLength.setUint32(0, IPV4_ADDRESS_BYTES, true);
    return this.#libc.recvfrom(this.#fd, batchAt, ROOM, MSG_DONTWAIT, addressAt, addressLengthAt);
  }

  #port(): number {
    return portAt(this.#stage.bytes, ADDRESS_AT);
  }

  #host(): string {
    const { bytes } = this.#stage;
    const at = ADDRESS_AT + IPV4_HOST_AT;
    const number = readU32(bytes, at);
    let host = this.#hosts.get(number);
    if (host === undefined) {
      if (this.#hosts.size >= KEPT_HOSTS) this.#hosts.clear();
      host = bytes.subarray(at, at + 4).join('.');
      this.#hosts.set(number, host);
    }
    return host;
  }
}
