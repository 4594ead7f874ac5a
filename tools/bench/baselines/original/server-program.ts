/**
 * A server of the original's protocol: `server-program.ts`. One worker socket for each picture; up by stop and wait, a kilobyte at a time;
 * back without acknowledgements, 3 ms after each kilobyte. What is lost on the way back is asked for by number at the end.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { compileCover, defaultProfile, embed, pixelsFor, scaleToPixels } from '@p2pimg/stego';
import { standardCover } from '../../../../packages/cloud/src/node/standard-cover.ts';
import {
  ACK,
  CHUNK_BYTES,
  chunkOf,
  chunks,
  DATA,
  DONE,
  MISSING,
  PACE_MS,
  REQUEST,
  readPacket,
  WORKER,
  writePacket,
} from './packets.ts';

const KEY = new Uint8Array(32);
const covers = new Map<number, ReturnType<typeof compileCover>>();

const parent = createSocket('udp4');
parent.on('message', (message, from) => {
  const { kind, number: bytes, transfer } = readPacket(message);
  if (kind === REQUEST) serve(bytes, transfer, from);
});
parent.bind(0, '127.0.0.1', () => process.stdout.write(`ready ${parent.address().port}\n`));

/** One picture, from its announcement to the client's last word. */
function serve(bytes: number, transfer: number, { address, port }: RemoteInfo): void {
  const socket = createSocket('udp4');
  const picture = new Uint8Array(bytes);
  const got = new Set<number>();
  let stego: Uint8Array | undefined;
  const send = (packet: Uint8Array): void => socket.send(packet, port, address);
  socket.on('message', (message) => {
    const { kind, number, payload } = readPacket(message);
    if (kind === DONE) {
      socket.close();
    } else if (kind === MISSING && stego !== undefined) {
      send(writePacket(DATA, transfer, number, chunkOf(stego, number)));
    } else if (kind === DATA) {
      send(writePacket(ACK, transfer, number));
      picture.set(payload, number * CHUNK_BYTES);
      got.add(number);
      if (got.size < chunks(bytes) || stego !== undefined) return;
      stego = hide(picture);
      void sendPaced(socket, stego, send, transfer);
    }
  });
  socket.bind(0, '127.0.0.1', () => send(writePacket(WORKER, transfer, 0)));
}

async function sendPaced(
  socket: Socket,
  stego: Uint8Array,
  send: (packet: Uint8Array) => void,
  transfer: number,
): Promise<void> {
  let open = true;
  socket.once('close', () => {
    open = false;
  });
  for (let i = 0; i < chunks(stego.length) && open; i++) {
    send(writePacket(DATA, transfer, i, chunkOf(stego, i)));
    await new Promise((resolve) => setTimeout(resolve, PACE_MS));
  }
  if (open) send(writePacket(DONE, transfer, stego.length));
}

/** Ours: it is the protocol that is compared. */
function hide(picture: Uint8Array): Uint8Array {
  const pixels = pixelsFor(picture.length + 16, defaultProfile);
  const cover = covers.get(pixels) ?? compileCover(scaleToPixels(standardCover(), pixels));
  covers.set(pixels, cover);
  return embed(cover, picture, { key: KEY, mime: 'image/png', fit: 'tile' });
}
