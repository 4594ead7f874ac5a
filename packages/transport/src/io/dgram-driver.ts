import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import type { SocketEvents, UdpDriver, UdpSocket } from './udp-driver.ts';

/** Of each socket, asked for both ways. */
export const BUFFER_BYTES: number = 4 * 1024 * 1024;
/** What Linux charges a socket for one datagram of 1,024 bytes, in units of `SO_RCVBUF` as it reports it. */
const CHARGE_PER_DATAGRAM = 2_304;

/** The datagrams that a receive buffer of so many bytes holds, in bytes of payload. */
export const payloadOf = (bufferBytes: number): number =>
  Math.floor((bufferBytes / CHARGE_PER_DATAGRAM) * MAX_DATAGRAM_BYTES);

/** Addresses are literals: nothing is looked up, and nothing waits for a tick. A socket sends to its own family only. */
const lookupFor =
  (family: 4 | 6): NonNullable<SocketOptions['lookup']> =>
  (hostname, _options, callback) =>
    callback(null, hostname, family);

/** A socket with large buffers, not yet bound. */
export function newSocket(host: string, { onBatch }: SocketEvents): Socket {
  const family = isIPv6(host) ? 6 : 4;
  const socket = createSocket({
    type: `udp${family}`,
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    lookup: lookupFor(family),
  });
  socket.on('message', ({ buffer, byteOffset, byteLength }, from) => {
    onBatch(new Uint8Array(buffer, byteOffset, byteLength), byteLength, from.address, from.port);
  });
  return socket;
}

/** Resolves when `bind`, which takes the callback, has bound the socket; rejects with the system's error. */
export function bound(socket: Socket, bind: (done: () => void) => void): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    bind(() => {
      socket.off('error', reject);
      // An unreachable peer is noticed by its silence; an error on one datagram must not end the socket.
      socket.on('error', () => {});
      resolve();
    });
  });
}

export class DgramSocket implements UdpSocket {
  readonly port: number;
  readonly receiveBuffer: number;
  protected readonly socket: Socket;

  /** `socket` is bound. */
  constructor(socket: Socket) {
    this.socket = socket;
    this.port = socket.address().port;
    this.receiveBuffer = payloadOf(socket.getRecvBufferSize());
  }

  send(slab: Uint8Array, bytes: number, host: string, port: number): boolean {
    for (let at = 0; at < bytes; at += MAX_DATAGRAM_BYTES) {
      this.socket.send(slab, at, Math.min(MAX_DATAGRAM_BYTES, bytes - at), port, host);
    }
    // Sent synchronously, as a rule; what the kernel did not take still points into the slab.
    return this.socket.getSendQueueCount() === 0;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.socket.close(resolve));
  }
}

/** Plain `node:dgram`: everywhere. */
export const dgramDriver: UdpDriver = {
  name: 'dgram',
  segmentsPerSend: 16,
  async open(host: string, port: number, events: SocketEvents): Promise<UdpSocket> {
    const socket = newSocket(host, events);
    await bound(socket, (done) => socket.bind(port, host, done));
    return new DgramSocket(socket);
  },
};
