import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { endianness } from 'node:os';
import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import { BatchReader } from './batch-reader.ts';
import { BUFFER_BYTES, bound, DgramSocket, dgramDriver, newSocket, payloadOf } from './dgram-driver.ts';
import { INT_BYTES, int, type Libc, loadLibc, SOL_UDP } from './libc.ts';
import { type BoundSocket, PolledSocket } from './polled-socket.ts';
import { SegmentSender, segmentInto } from './segment-sender.ts';
import { AF_INET, AF_INET6, portAt, socketAddress } from './socket-address.ts';
import type { SocketEvents, UdpDriver, UdpSocket } from './udp-driver.ts';

/** Linux: `sys/socket.h`, `linux/udp.h`. */
const SOCK_DGRAM_NONBLOCK_CLOEXEC = 0o2_004_002;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const UDP_GRO = 104;

/** Receives in a row after one of dgram, which makes up to 32 of its own in a turn of the loop. */
const READS_BESIDE_DGRAM = 32;

/** Where dgram has to read: IPv6 addresses may carry a zone that it knows how to write, and a worker's loop takes no handle of ours. */
class OffloadSocket extends DgramSocket {
  readonly #sender: SegmentSender;
  readonly #reader: BatchReader | undefined;
  #open = true;

  constructor(socket: Socket, sender: SegmentSender, reader: BatchReader | undefined) {
    super(socket);
    this.#sender = sender;
    this.#reader = reader;
  }

  override send(slab: Uint8Array, bytes: number, host: string, port: number): boolean {
    if (!this.#open) return true;
    // Not past what dgram has queued; and it knows how to wait for room, and what a zone is.
    const direct = this.socket.getSendQueueCount() === 0 && !host.includes('%');
    const done = direct ? this.#sender.send(slab, bytes, host, port) : 0;
    for (let at = done; at < bytes; at += this.#sender.stride) {
      this.socket.send(slab, at, Math.min(bytes - at, this.#sender.stride), port, host);
    }
    return this.socket.getSendQueueCount() === 0;
  }

  override close(): Promise<void> {
    this.#open = false;
    this.#reader?.close();
    return super.close();
  }
}

/**
 * Linux with `node:ffi`: generic segmentation and receive offload (`UDP_SEGMENT`, `UDP_GRO`), on a socket that is made and read
 * through libc. Undefined where that is not to be had.
 */
export function offloadDriver(): UdpDriver | undefined {
  const libc = loadLibc();
  if (libc === undefined || endianness() !== 'LE') return undefined;
  return {
    name: 'offload',
    segmentsPerSend: 63,
    async open(host: string, port: number, events: SocketEvents): Promise<UdpSocket> {
      const opened = bindOffloading(libc, host, port);
      // The plain driver either can, or says why not.
      if (opened === undefined) return dgramDriver.open(host, port, events);
      const polled = isIPv6(host) ? undefined : PolledSocket.open(libc, opened, events);
      return polled ?? adopt(libc, opened.fd, host, events);
    },
  };
}

/** Hands the descriptor to dgram, which says when there is something and reads the first batch; over IPv4 the rest is read beside it. */
async function adopt(libc: Libc, fd: number, host: string, events: SocketEvents): Promise<UdpSocket> {
  const reader = isIPv6(host) ? undefined : new BatchReader(libc, fd, events.onBatch);
  const socket = newSocket(host, {
    onBatch(...batch) {
      events.onBatch(...batch);
      reader?.read(READS_BESIDE_DGRAM);
    },
    onReadable: events.onReadable,
  });
  try {
    await bound(socket, (done) => socket.bind({ fd }, done));
  } catch (error) {
    if (!hasDescriptor(socket)) libc.close(fd);
    socket.close();
    throw error;
  }
  return new OffloadSocket(socket, new SegmentSender(libc, fd), reader);
}

/** Whether it has one, and closes it with itself. */
function hasDescriptor(socket: Socket): boolean {
  try {
    socket.address();
    return true;
  } catch {
    return false;
  }
}

function bindOffloading(libc: Libc, host: string, port: number): BoundSocket | undefined {
  // A zone would need its number: the plain driver knows how.
  if (host.includes('%')) return undefined;
  const fd = libc.socket(isIPv6(host) ? AF_INET6 : AF_INET, SOCK_DGRAM_NONBLOCK_CLOEXEC, 0);
  if (fd < 0) return undefined;
  const address = socketAddress(host, port);
  const ready =
    segmentInto(libc, fd, MAX_DATAGRAM_BYTES) === 0 &&
    libc.setsockopt(fd, SOL_UDP, UDP_GRO, int(1), INT_BYTES) === 0 &&
    libc.setsockopt(fd, SOL_SOCKET, SO_RCVBUF, int(BUFFER_BYTES), INT_BYTES) === 0 &&
    libc.setsockopt(fd, SOL_SOCKET, SO_SNDBUF, int(BUFFER_BYTES), INT_BYTES) === 0 &&
    libc.bind(fd, address, address.length) === 0 &&
    libc.getsockname(fd, address, int(address.length)) === 0;
  const buffer = int(0);
  if (ready && libc.getsockopt(fd, SOL_SOCKET, SO_RCVBUF, buffer, int(INT_BYTES)) === 0) {
    return { fd, port: portAt(address, 0), receiveBuffer: payloadOf(buffer.readInt32LE()) };
  }
  libc.close(fd);
  return undefined;
}
