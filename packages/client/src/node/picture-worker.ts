/** A thread that looks into pictures which come back from the cloud, and keeps them, so that sessions are served meanwhile. */

import { hash } from 'node:crypto';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { extract, StegoError } from '@p2pimg/stego';
import { writeNewBlobs } from './new-blobs.ts';
import type { FromPictureThread, KeepTask, PictureThreadData, ToPictureThread } from './picture-messages.ts';

/** Pictures that share a sync of the folder; the first of them waits for all. */
const MOST_TOGETHER = 16;

const port = parentPort;
const { folder } = workerData as PictureThreadData;

port?.on('message', (first: ToPictureThread) => {
  const tasks = [...first];
  while (tasks.length < MOST_TOGETHER) {
    const more = receiveMessageOnPort(port) as { readonly message: ToPictureThread } | undefined;
    if (more === undefined) break;
    tasks.push(...more.message);
  }
  port.postMessage(keepAll(tasks));
});

function keepAll(tasks: ToPictureThread): FromPictureThread {
  const answers = new Map<number, FromPictureThread[number]>();
  const right: ToPictureThread[number][] = [];
  for (const { id, task } of tasks) {
    try {
      if (isRight(task)) right.push({ id, task });
      answers.set(id, { id, kept: undefined });
    } catch (error) {
      answers.set(id, { id, defect: error instanceof Error ? error.message : 'failed' });
    }
  }
  const written = writeNewBlobs(
    folder,
    right.map(({ task }) => task.stego),
  );
  for (const [i, { id }] of right.entries()) {
    const file = written[i];
    answers.set(id, file instanceof Error ? { id, defect: file.message } : { id, kept: file });
  }
  return [...answers.values()];
}

/** Whether it is the picture that was announced, and the one that was sent comes out of it. */
function isRight({ stego, digest, key, original }: KeepTask): boolean {
  if (sha256(stego) !== digest) return false;
  try {
    return sha256(extract(stego, { key: Buffer.from(key, 'hex') }).payload) === original;
  } catch (error) {
    if (error instanceof StegoError) return false;
    throw error;
  }
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex');
}
