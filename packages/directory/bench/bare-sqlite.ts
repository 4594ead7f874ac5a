/** The statements of the measured calls on node:sqlite itself, behind the same kind of hop to a worker thread. */

import { Worker } from 'node:worker_threads';
import { bytes, newClaim } from '../src/compliance/world.ts';
import type { Claim } from '../src/interface.ts';
import type { BareDriver } from './contender.ts';

export type BareCall =
  | { readonly id: number; readonly boxKey: Uint8Array }
  | {
      readonly id: number;
      readonly clientId: number;
      readonly imageId: string;
      readonly digest: Uint8Array;
      readonly claim: Claim;
    };

export function bareSqlite(path: string): BareDriver {
  const worker = new Worker(new URL('./bare-sqlite-worker.ts', import.meta.url), { workerData: path });
  const waiting = new Map<number, (value: unknown) => void>();
  let batch: BareCall[] = [];
  let nextId = 0;
  worker.on('message', (answers: readonly { id: number; value: unknown }[]) => {
    for (const { id, value } of answers) {
      waiting.get(id)?.(value);
      waiting.delete(id);
    }
  });
  const ask = (call: (id: number) => BareCall): Promise<unknown> =>
    new Promise((resolve) => {
      const id = nextId++;
      waiting.set(id, resolve);
      if (batch.push(call(id)) > 1) return;
      setImmediate(() => {
        worker.postMessage(batch);
        batch = [];
      });
    });
  return {
    clientByKey: (boxKey) => ask((id) => ({ id, boxKey })),
    addResource: (clientId, imageId) => ask((id) => ({ id, clientId, imageId, digest: bytes(32), claim: newClaim() })),
    close: async () => void (await worker.terminate()),
  };
}
