/** A thread that looks into pictures which come back from the cloud, so that sessions are served meanwhile. */

import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { extract, StegoError } from '@p2pimg/stego';
import type { Checked, CheckTask, FromPictureThread, ToPictureThread } from './picture-messages.ts';

parentPort?.on('message', (tasks: ToPictureThread) => {
  parentPort?.postMessage(tasks.map(({ id, task }) => answerTo(id, task)) satisfies FromPictureThread);
});

function answerTo(id: number, task: CheckTask): FromPictureThread[number] {
  try {
    return { id, answer: check(task) };
  } catch (error) {
    return { id, defect: error instanceof Error ? error.message : 'failed' };
  }
}

function check({ stego, key, expected }: CheckTask): Checked {
  return { matches: holds(stego, key, expected), digest: createHash('sha256').update(stego).digest('hex') };
}

function holds(stego: Uint8Array, key: Uint8Array, expected: Uint8Array): boolean {
  try {
    return Buffer.compare(extract(stego, { key }).payload, expected) === 0;
  } catch (error) {
    if (error instanceof StegoError) return false;
    throw error;
  }
}
