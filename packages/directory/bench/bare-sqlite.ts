/** node:sqlite itself, behind the same kind of hop to a worker thread: the calls of one turn travel together. */

import { Worker } from 'node:worker_threads';
import type { BareCall, BareDriver } from './contender.ts';

export interface NumberedBareCall extends BareCall {
  readonly id: number;
}

export interface BareAnswer {
  readonly id: number;
  readonly counts: readonly number[];
  /** The rows that were read, which somebody wants. */
  readonly rows: readonly unknown[];
}

export function bareSqlite(path: string): BareDriver {
  const worker = new Worker(new URL('./bare-sqlite-worker.ts', import.meta.url), { workerData: path });
  const waiting = new Map<number, PromiseWithResolvers<readonly number[]>>();
  worker.on('message', (answers: readonly BareAnswer[]) => {
    for (const { id, counts } of answers) {
      waiting.get(id)?.resolve(counts);
      waiting.delete(id);
    }
  });
  worker.on('error', (error) => {
    for (const { reject } of waiting.values()) reject(error);
  });
  let batch: NumberedBareCall[] = [];
  let nextId = 0;
  return {
    run: (call) => {
      const id = nextId++;
      const answer = Promise.withResolvers<readonly number[]>();
      waiting.set(id, answer);
      if (batch.push({ id, ...call }) === 1) {
        setImmediate(() => {
          worker.postMessage(batch);
          batch = [];
        });
      }
      return answer.promise;
    },
    close: async () => void (await worker.terminate()),
  };
}
