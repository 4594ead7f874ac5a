/**
 * Makes a server slow: preloaded into its process (`--import`), it lets every encoding thread wait for P2PIMG_BENCH_SLOW_MS after each
 * picture. The server's own code is the same.
 */

import { isMainThread, type MessagePort, parentPort } from 'node:worker_threads';

if (!isMainThread && parentPort !== null) slowDown(parentPort);

/** Tasks are taken one by one, so that each answer leaves when its picture is done, as with pictures that take so long. */
function slowDown(port: MessagePort): void {
  const never = new Int32Array(new SharedArrayBuffer(4));
  const post = port.postMessage.bind(port) as (message: unknown, transfer?: unknown) => void;
  const on = port.on.bind(port) as (event: string, listener: (message: unknown) => void) => MessagePort;
  Object.assign(port, {
    on: (event: string, listener: (message: unknown) => void) =>
      on(event, (message) => {
        if (Array.isArray(message)) for (const task of message) listener([task]);
        else listener(message);
      }),
    postMessage: (message: unknown, transfer?: unknown) => {
      if (hasPicture(message)) Atomics.wait(never, 0, 0, Number(process.env.P2PIMG_BENCH_SLOW_MS));
      post(message, transfer);
    },
  });
}

function hasPicture(message: unknown): boolean {
  return Array.isArray(message) && message.some(({ answer }) => answer?.kind === 'encoded');
}
