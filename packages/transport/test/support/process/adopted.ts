/** How many receives are made in a row beside dgram, where that is what watches the socket: in a worker. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker } from 'node:worker_threads';
import { offloadDriver } from '../../../src/io/offload-driver.ts';

const DATAGRAMS = 200;

async function inWorker(): Promise<void> {
  /** Lengths of runs of batches in the one buffer that is received into; dgram brings a fresh one for each. */
  const rows: number[] = [];
  let shared: ArrayBufferLike | undefined;
  let last: ArrayBufferLike | undefined;
  let count = 0;
  const all = Promise.withResolvers<void>();
  const socket = await offloadDriver()!.open('127.0.0.1', 0, {
    onReadable: (read) => void setImmediate(read),
    onBatch({ buffer }) {
      if (buffer === last) {
        shared = buffer;
        rows.push((rows.pop() ?? 0) + 1);
      } else if (buffer === shared) rows.push(1);
      last = buffer;
      if (++count === DATAGRAMS) all.resolve();
    },
  });
  const sender = createSocket('udp4');
  sender.bind(0, '127.0.0.1');
  await once(sender, 'listening');
  for (let i = 0; i < DATAGRAMS; i++) sender.send(Buffer.of(i), socket.port, '127.0.0.1');
  await all.promise;
  sender.close();
  await socket.close();
  console.log(`at most ${Math.max(...rows)} in a row`);
}

if (isMainThread) await once(new Worker(fileURLToPath(import.meta.url)), 'exit');
else await inWorker();
