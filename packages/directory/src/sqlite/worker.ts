/** The worker thread's entry: SQLite blocks, and must not block the thread that serves the sockets. */

import { parentPort, workerData } from 'node:worker_threads';
import { toFailure } from '../failure.ts';
import { fromSqlite } from './errors.ts';
import type { FromWorker, WorkerSettings } from './messages.ts';
import { openEngine } from './open-engine.ts';
import { WorkQueue } from './work-queue.ts';

if (parentPort === null) throw new Error('this file is the entry of a worker thread');
const port = parentPort;
const send = (message: FromWorker): void => port.postMessage(message);

try {
  const { engine, close } = await openEngine(workerData as WorkerSettings);
  const queue = new WorkQueue(engine, (answers) => send({ answers }));
  port.on('message', (message) => {
    if (message !== 'close') return queue.add(message.calls);
    void queue.idle().then(() => {
      close();
      port.close();
    });
  });
  send({ opened: true });
} catch (error) {
  send({ failure: toFailure(fromSqlite(error)) });
}
