import { readU16, readU32 } from '@p2pimg/wire';
import { type Libc, MSG_DONTWAIT } from './libc.ts';
import type { BatchHandler } from './udp-driver.ts';

/** The most that one receive gives. */
const BATCH_BYTES: number = 64 * 1024;
/** So many receives after each that dgram reports; then promises go on. libuv reports up to 32 in a turn, so a turn has 1,056 at most. */
const READS_PER_EVENT = 32;
/** `struct sockaddr_in`: family, port, address, eight bytes of nothing. */
const ADDRESS_BYTES = 16;
const PORT_AT = 2;
const HOST_AT = 4;
const ADDRESS_AT: number = BATCH_BYTES;
const ADDRESS_LENGTH_AT: number = ADDRESS_AT + ADDRESS_BYTES;
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
 * Reads what else waits at an IPv4 socket that dgram has just read from. dgram takes a fresh buffer of 64 KiB and a few
 * objects for each receive, and that memory has to be collected; here it is one buffer and no object.
 */
export class BatchReader {
  readonly #libc: Libc;
  readonly #fd: bigint;
  readonly #onBatch: BatchHandler;
  readonly #stage: Stage;
  readonly #hosts = new Map<number, string>();
  #open = true;

  constructor(libc: Libc, fd: number, onBatch: BatchHandler) {
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

  readMore(): void {
    for (let reads = 0; reads < READS_PER_EVENT && this.#open; reads++) {
      const length = this.#receive();
      if (length < 0) return;
      if (length > 0) this.#onBatch(this.#stage.bytes.subarray(0, length), this.#host(), this.#port());
    }
  }

  /** Length of what was received; negative if nothing was there. */
  #receive(): number {
    const { addressLength, batchAt, addressAt, addressLengthAt } = this.#stage;
    addressLength.setUint32(0, ADDRESS_BYTES, true);
    return this.#libc.recvfrom(this.#fd, batchAt, ROOM, MSG_DONTWAIT, addressAt, addressLengthAt);
  }

  #port(): number {
    return readU16(this.#stage.bytes, ADDRESS_AT + PORT_AT);
  }

  #host(): string {
    const { bytes } = this.#stage;
    const at = ADDRESS_AT + HOST_AT;
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
