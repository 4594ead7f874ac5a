import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import type { Contender, ContenderName, Server, ServerAddress } from '../contender.ts';

/**
 * The bare socket: nothing is secured, nothing repeated. What it delivers is the most that a driver without offload can, and how soon it echoes
 * the soonest that anything on `node:dgram` can.
 */
const DATAGRAM_BYTES = 1_024;
const BUFFER_BYTES: number = 4 << 20;
/** Datagrams on the way at most: far below what the receive buffer holds, so that none is lost. */
const WINDOW = 1_024;
/** The receiver counts aloud after so many. */
const REPORT_EVERY = 64;

function newSocket(): Socket {
  return createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
}

export async function serve(_name: ContenderName, host: string): Promise<Server> {
  const socket = newSocket();
  let received = 0;
  socket.on('message', (bytes, from) => {
    if (bytes.length < DATAGRAM_BYTES) {
      socket.send(bytes, from.port, from.address);
      return;
    }
    if (++received % REPORT_EVERY !== 0) return;
    const report = Buffer.alloc(8);
    report.writeDoubleBE(received);
    socket.send(report, from.port, from.address);
  });
  socket.bind(0, host);
  await once(socket, 'listening');
  return { address: { host, port: socket.address().port }, received: () => received * DATAGRAM_BYTES };
}

export async function connect(name: ContenderName, server: ServerAddress): Promise<Contender> {
  const socket = newSocket();
  socket.connect(server.port, server.host);
  await once(socket, 'connect');
  let sent = 0;
  let reported = 0;
  let onReport: () => void = () => {};
  let echoed: (() => void) | undefined;
  socket.on('message', (bytes) => {
    if (echoed !== undefined) {
      echoed();
      return;
    }
    reported = bytes.readDoubleBE(0);
    onReport();
  });
  return {
    name,
    bulk(bytes) {
      const count = Math.ceil(bytes.length / DATAGRAM_BYTES / REPORT_EVERY) * REPORT_EVERY;
      const end = sent + count;
      return new Promise((resolve) => {
        onReport = () => {
          while (sent < end && sent - reported < WINDOW) {
            const at = ((count - (end - sent)) * DATAGRAM_BYTES) % Math.max(1, bytes.length - DATAGRAM_BYTES);
            socket.send(bytes, at, DATAGRAM_BYTES);
            sent++;
          }
          if (reported === end) resolve();
        };
        onReport();
      });
    },
    async roundTrip(message) {
      socket.send(message);
      await new Promise<void>((resolve) => {
        echoed = resolve;
      });
      echoed = undefined;
    },
    async close() {
      socket.close();
    },
  };
}
