/** A client of the original's protocol: `client-program.ts PORT…`, servers in turns. */

import { createSocket, type RemoteInfo } from 'node:dgram';
import { extract } from '@p2pimg/stego';
import { takeOrders } from '../../src/cloud/load.ts';
import { freshPicture } from '../../src/cloud/picture.ts';
import {
  ACK,
  CHUNK_BYTES,
  chunkOf,
  chunks,
  DATA,
  DONE,
  MISSING,
  type Packet,
  REQUEST,
  readPacket,
  WORKER,
  writePacket,
} from './packets.ts';

const KEY = new Uint8Array(32);
/** What has not been acknowledged after so long is sent again. */
const RETRY_MS = 100;
const MOST_TRIES = 50;

const ports = process.argv.slice(2).map(Number);
let turn = 0;

takeOrders(
  async ({ bytes }, number, onBack) => {
    const server = turn++ % ports.length;
    const picture = freshPicture(bytes);
    const stego = await ask(ports[server]!, number, picture);
    onBack();
    if (Buffer.compare(extract(stego, { key: KEY }).payload, picture) !== 0) throw new Error('another picture');
    return `s${server + 1}`;
  },
  async () => {},
);

async function ask(port: number, transfer: number, picture: Uint8Array): Promise<Uint8Array> {
  const socket = createSocket('udp4');
  const waiting = new Set<(packet: Packet, from: RemoteInfo) => void>();
  const back = new Map<number, Uint8Array>();
  let size: number | undefined;
  socket.on('message', (message, from) => {
    const packet = readPacket(message);
    if (packet.kind === DATA) back.set(packet.number, packet.payload);
    if (packet.kind === DONE) size = packet.number;
    for (const told of [...waiting]) told(packet, from);
  });
  /** Sends until the answer comes: stop and wait. */
  const exchange = async (
    packet: Uint8Array | undefined,
    to: number,
    isAnswer: (packet: Packet) => boolean,
  ): Promise<number> => {
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      if (packet !== undefined) socket.send(packet, to, '127.0.0.1');
      const answered = await new Promise<number | undefined>((resolve) => {
        const told = (answer: Packet, from: RemoteInfo): void => {
          if (isAnswer(answer)) end(from.port);
        };
        const timer = setTimeout(() => end(undefined), RETRY_MS);
        const end = (value: number | undefined): void => {
          clearTimeout(timer);
          waiting.delete(told);
          resolve(value);
        };
        waiting.add(told);
      });
      if (answered !== undefined) return answered;
    }
    throw new Error('the server fell silent');
  };
  try {
    const request = writePacket(REQUEST, transfer, picture.length);
    const worker = await exchange(request, port, ({ kind }) => kind === WORKER);
    for (let i = 0; i < chunks(picture.length); i++) {
      const chunk = writePacket(DATA, transfer, i, chunkOf(picture, i));
      await exchange(chunk, worker, ({ kind, number }) => kind === ACK && number === i);
    }
    if (size === undefined) await exchange(undefined, worker, ({ kind }) => kind === DONE);
    const stego = new Uint8Array(size!);
    for (let i = 0; i < chunks(stego.length); i++) {
      if (!back.has(i)) {
        await exchange(writePacket(MISSING, transfer, i), worker, ({ kind, number }) => kind === DATA && number === i);
      }
      stego.set(back.get(i)!, i * CHUNK_BYTES);
    }
    socket.send(writePacket(DONE, transfer, 0), worker, '127.0.0.1');
    return stego;
  } finally {
    // The last word must leave first.
    setImmediate(() => socket.close());
  }
}
