/** In a network namespace of its own, with a path that is smaller than a datagram: the kernel cuts none there that it was to segment. */
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { offloadDriver } from '../../../src/io/offload-driver.ts';

const LENGTHS = [100, 1_024, 63 * 1_024, 5 * 1_024 + 7];
const DATAGRAM_BYTES = 1_024;
/** Less than a datagram and its headers. */
const MTU = 1_000;

execFileSync('ip', ['link', 'set', 'lo', 'mtu', `${MTU}`, 'up']);
const receiver = createSocket('udp4');
receiver.bind(0, '127.0.0.1');
await once(receiver, 'listening');
const { port } = receiver.address();
const socket = await offloadDriver()!.open('127.0.0.1', 0, { onReadable: () => {}, onBatch: () => {} });
const sent = LENGTHS.reduce((sum, length) => sum + length);
const all = Promise.withResolvers<void>();
let arrived = 0;
receiver.on('message', ({ length }) => {
  if (length > DATAGRAM_BYTES) throw new Error('no datagram of ours');
  arrived += length;
  if (arrived === sent) all.resolve();
});
for (const length of LENGTHS) socket.send(new Uint8Array(new ArrayBuffer(length)), length, '127.0.0.1', port);
await all.promise;
await socket.close();
receiver.close();
console.log(`arrived: ${arrived}`);
