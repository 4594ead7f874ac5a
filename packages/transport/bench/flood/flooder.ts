/** Sends junk, and handshakes that cost their receiver more than junk, at a steady rate; told to by `flood.ts`. */
import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { Mac1 } from '../../src/core/handshake/macs.ts';
import { type Address, nodeCryptoSuite } from '../../src/index.ts';

interface Orders {
  readonly address: Address;
  readonly publicKey: string;
  readonly junk: number;
  readonly inits: number;
}

const SOURCES = 64;
const DISTINCT = 2_048;
const MAX_PER_TURN = 2_000;
const { address, publicKey, junk, inits } = JSON.parse(process.argv[2]!) as Orders;

const mac1 = new Mac1(nodeCryptoSuite, Buffer.from(publicKey, 'hex'));
const plausible = Array.from({ length: DISTINCT }, () => {
  const packet = randomBytes(168);
  packet.set([0x11, 0, 0, 0]);
  packet.fill(0, 152);
  mac1.write(packet, 136);
  return packet;
});
const junkPackets = Array.from({ length: DISTINCT }, (_, i) => {
  const packet = randomBytes(20 + (i % 1_000));
  // Half of it looks like something.
  if (i % 2 === 0) packet[0] = 0x11 + (i % 5);
  return packet;
});
const sockets = await Promise.all(Array.from({ length: SOURCES }, (_, i) => source(`127.66.${i}.1`)));

let stopped = false;
let sent = 0;
const started = performance.now();
process.on('message', () => {
  stopped = true;
  process.send?.({ sent, seconds: (performance.now() - started) / 1000 });
});
process.on('disconnect', () => process.exit(0));
process.send?.('ready');
setTimeout(turn, 1);

function turn(): void {
  if (stopped) return;
  const owed = Math.floor(((performance.now() - started) / 1000) * (junk + inits));
  for (let left = Math.min(MAX_PER_TURN, owed - sent); left > 0; left--) {
    const packets = (sent * inits) % (junk + inits) < inits ? plausible : junkPackets;
    sockets[sent % SOURCES]!.send(packets[sent % DISTINCT]!);
    sent++;
  }
  setTimeout(turn, 1);
}

async function source(host: string): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', sendBufferSize: 4 * 1024 * 1024 });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  await new Promise<void>((resolve) => socket.connect(address.port, address.host, resolve));
  return socket;
}
