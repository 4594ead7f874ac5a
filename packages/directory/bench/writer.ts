/** One of the processes of processes.ts: `writer.ts PATH START_AT DURATION_MS WRITERS`. */

import process from 'node:process';
import { openDirectory } from '@p2pimg/directory';
import { bytes, newClaim, newClient } from '../src/compliance/world.ts';

/** What processes.ts reads. */
export interface Report {
  readonly calls: number;
  readonly errors: number;
  /** Longest time that the event loop did not turn, … */
  readonly stallMs: number;
  /** … and the most that this thread computed in one turn: the rest is the machine's. */
  readonly computedMs: number;
}

/** Publishes of one client: nobody has many thousand images. */
const IMAGES_PER_CLIENT = 200;

const [path = '', startAt = '', durationMs = '', writers = ''] = process.argv.slice(2);
const directory = await openDirectory(path);
const clients = await Promise.all(Array.from({ length: Number(writers) }, () => newClient(directory)));
await new Promise((resolve) => setTimeout(resolve, Number(startAt) - Date.now()));

const PERIOD_MS = 1;
let stallMs = 0;
let computedMs = 0;
let lastTurn = performance.now();
let lastCpu = process.threadCpuUsage();
const watch = setInterval(() => {
  const [now, cpu] = [performance.now(), process.threadCpuUsage()];
  stallMs = Math.max(stallMs, now - lastTurn - PERIOD_MS);
  computedMs = Math.max(computedMs, (cpu.user + cpu.system - lastCpu.user - lastCpu.system) / 1000);
  [lastTurn, lastCpu] = [now, cpu];
}, PERIOD_MS);

const end = performance.now() + Number(durationMs);
let calls = 0;
let errors = 0;
const idle = new Promise((resolve) => setTimeout(resolve, Number(durationMs)));
await Promise.all(
  clients.map(async (first) => {
    let client = first;
    for (let image = 1; performance.now() < end; image++) {
      if (image % IMAGES_PER_CLIENT === 0) client = await newClient(directory);
      const { clientId } = client;
      const images = [{ imageId: `client${clientId}-${image}`, digest: bytes(32) }];
      const call = { claim: newClaim(), clientId, images };
      await directory.addResources(call).then(
        () => calls++,
        () => errors++,
      );
    }
  }),
);
await idle;
clearInterval(watch);
await directory.close();
process.stdout.write(JSON.stringify({ calls, errors, stallMs, computedMs } satisfies Report));
