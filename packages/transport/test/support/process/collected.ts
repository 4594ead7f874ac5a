/** What C points to stays where it is, whoever else forgets it: the loop is the only one that holds this socket. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { offloadDriver } from '../../../src/io/offload-driver.ts';

setFlagsFromString('--expose-gc');
const gc = runInNewContext('gc') as () => void;
const ROUNDS = 20;

const heard: number[] = [];
const sender = createSocket('udp4');
sender.bind(0, '127.0.0.1');
await once(sender, 'listening');

async function forgotten(): Promise<number> {
  const socket = await offloadDriver()!.open('127.0.0.1', 0, {
    onReadable: (read) => void setImmediate(read),
    onBatch: (batch) => void heard.push(batch[0]!),
  });
  return socket.port;
}

const port = await forgotten();
for (let round = 0; round < ROUNDS; round++) {
  gc();
  // Whatever was freed is written over.
  for (let i = 0; i < 1_000; i++) new Uint8Array(new ArrayBuffer(160)).fill(0xff);
  sender.send(Buffer.of(round), port, '127.0.0.1');
  while (heard.length <= round) await turnOfLoop();
}
console.log(heard.join(' '));
process.exit(0);
