/** node:sqlite itself, behind the same kind of hop to a worker thread: the calls of one turn travel together. */

import { Worker } from 'node:worker_threads';
import type { BareDriver } from './contender.ts';
import type { SqlParameter } from './recording.ts';

export interface NumberedBareCall {
  readonly id: number;
  /** Which of the prepared groups of statements. */
  readonly group: number;
  readonly parameters: readonly (readonly SqlParameter[])[];
}

export type ToBareWorker = { readonly prepare: readonly string[] } | { readonly calls: readonly NumberedBareCall[] };

export interface BareAnswer {
  readonly id: number;
  readonly counts: readonly number[];
  /** The rows that were read, which somebody wants. */
  readonly rows: readonly unknown[];
}

export function bareSqlite(path: string): BareDriver {
  const worker = new Worker(new URL('./bare-sqlite-worker.ts', import.meta.url), { workerData: path });
  const post = (message: ToBareWorker): void => worker.postMessage(message);
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
  let calls: NumberedBareCall[] = [];
  let nextId = 0;
  let groups = 0;
  return {
    prepare: (statements) => {
      const group = groups++;
      post({ prepare: statements });
      return (parameters) => {
        const id = nextId++;
        const answer = Promise.withResolvers<readonly number[]>();
        waiting.set(id, answer);
        if (calls.push({ id, group, parameters }) === 1) {
          setImmediate(() => {
            post({ calls });
            calls = [];
          });
        }
        return answer.promise;
      };
    },
    close: async () => void (await worker.terminate()),
  };
}
