import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import { MAX_DATAGRAM_BYTES, writeU16 } from '@p2pimg/wire';
import { word } from '../node/ffi.ts';
import { BatchReader } from './batch-reader.ts';
import { bound, DgramSocket, dgramDriver, newSocket } from './dgram-driver.ts';
import { type Libc, loadLibc, MSG_DONTWAIT } from './libc.ts';
import type { BatchHandler, UdpDriver, UdpSocket } from './udp-driver.ts';

/** Linux: `sys/socket.h`, `linux/udp.h`. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 0o2_004_002;
const SOL_UDP = 17;
const UDP_SEGMENT = 103;
const UDP_GRO = 104;

/** Hosts whose `sockaddr` is kept. */
const KEPT_ADDRESSES = 256;
/** Of the port in a `sockaddr` of either family. */
const PORT_AT = 2;

/** A buffer and where it is. */
interface Pinned {
  readonly bytes: Uint8Array;
  readonly pointer: bigint;
  readonly length: bigint;
}

/** Sends many datagrams with one call, until the system refuses that once. */
class OffloadSocket extends DgramSocket {
  readonly #libc: Libc;
  readonly #fd: bigint;
  readonly #addresses = new Map<string, Pinned>();
  #slab: Pinned | undefined;
  readonly #reader: BatchReader | undefined;
  #segmenting = true;
  #open = true;

  constructor(socket: Socket, libc: Libc, fd: number, reader: BatchReader | undefined) {
    super(socket);
    this.#libc = libc;
    this.#fd = BigInt(fd);
    this.#reader = reader;
    // A device or a tunnel that cannot segment says so on the first try (EIO, EINVAL); the datagrams come again.
    socket.on('error', () => {
      this.#segmenting = false;
    });
  }

  override send(slab: Uint8Array, bytes: number, host: string, port: number): boolean {
    if (!this.#segmenting) return super.send(slab, bytes, host, port);
    // Behind what dgram has queued, or when the system takes nothing now: dgram knows how to wait.
    if (this.socket.getSendQueueCount() === 0 && this.#sendNow(slab, bytes, host, port)) return true;
    this.socket.send(slab, 0, bytes, port, host);
    return this.socket.getSendQueueCount() === 0;
  }

  override close(): Promise<void> {
    this.#open = false;
    this.#reader?.close();
    return super.close();
  }

  /** One system call and no object; false if it did not take everything. */
  #sendNow(slab: Uint8Array, bytes: number, host: string, port: number): boolean {
    if (!this.#open) return true;
    if (host.includes('%')) return false;
    if (this.#slab?.bytes !== slab) this.#slab = this.#pin(slab);
    const address = this.#address(host, port);
    const { pointer } = this.#slab;
    return this.#libc.sendto(this.#fd, pointer, word(bytes), MSG_DONTWAIT, address.pointer, address.length) === bytes;
  }

  #address(host: string, port: number): Pinned {
    let address = this.#addresses.get(host);
    if (address === undefined) {
      if (this.#addresses.size >= KEPT_ADDRESSES) this.#addresses.clear();
      address = this.#pin(socketAddress(host, port));
      this.#addresses.set(host, address);
    }
    writeU16(address.bytes, PORT_AT, port);
    return address;
  }

  #pin(bytes: Uint8Array): Pinned {
    return { bytes, pointer: this.#libc.getRawPointer(bytes), length: BigInt(bytes.length) };
  }
}

/**
 * Linux with `node:ffi`: generic segmentation and receive offload (`UDP_SEGMENT`, `UDP_GRO`), on a socket that is made
 * through libc and handed to dgram. Undefined where that is not to be had.
 */
export function offloadDriver(): UdpDriver | undefined {
  const libc = loadLibc();
  if (libc === undefined || endianness() !== 'LE') return undefined;
  return {
    name: 'offload',
    segmentsPerSend: 63,
    async open(host: string, port: number, onBatch: BatchHandler): Promise<UdpSocket> {
      const fd = bindOffloading(libc, host, port);
      // The plain driver either can, or says why not.
      if (fd === undefined) return dgramDriver.open(host, port, onBatch);
      const reader = isIPv6(host) ? undefined : new BatchReader(libc, fd, onBatch);
      const socket = newSocket(host, (batch, from, fromPort) => {
        const more = onBatch(batch, from, fromPort);
        if (more) reader?.readMore();
        return more;
      });
      await bound(socket, (done) => socket.bind({ fd }, done));
      return new OffloadSocket(socket, libc, fd, reader);
    },
  };
}

function bindOffloading(libc: Libc, host: string, port: number): number | undefined {
  // A zone would need its number: the plain driver knows how.
  if (host.includes('%')) return undefined;
  const fd = libc.socket(isIPv6(host) ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const address = socketAddress(host, port);
  const ready =
    libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, int(MAX_DATAGRAM_BYTES), 4) === 0 &&
    libc.setsockopt(fd, SOL_UDP, UDP_GRO, int(1), 4) === 0 &&
    libc.bind(fd, address, address.length) === 0;
  if (ready) return fd;
  libc.close(fd);
  return undefined;
}

function int(value: number): Uint8Array {
  const b = Buffer.alloc(4);
  b.writeInt32LE(value);
  return b;
}

/** `struct sockaddr_in` or `sockaddr_in6` of a literal without a zone, in memory of its own. */
function socketAddress(host: string, port: number): Uint8Array {
  const six = isIPv6(host);
  const b = new Uint8Array(new ArrayBuffer(six ? 28 : 16));
  // In the order of the machine, which has the lower byte first.
  b[0] = six ? AF_INET6 : AF_INET;
  writeU16(b, PORT_AT, port);
  b.set(six ? ipv6Bytes(host) : host.split('.').map(Number), six ? 8 : 4);
  return b;
}

/** The sixteen bytes of an IPv6 literal: the URL parser writes it in its shortest form, here it is filled up. */
function ipv6Bytes(host: string): Uint8Array {
  const [left = '', right = ''] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const tail = groups(right);
  const words = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(words.flatMap((word) => [word >>> 8, word & 0xff]));
}
