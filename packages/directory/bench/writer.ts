/** One of the processes of processes.ts: `writer.ts PATH START_AT DURATION_MS WRITERS`. */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import process from 'node:process';
import { openDirectory } from '@p2pimg/directory';
import { bytes, newClaim, newClient } from '../src/compliance/world.ts';

const [path = '', startAt = '', durationMs = '', writers = ''] = process.argv.slice(2);
const directory = await openDirectory(path);
const { clientId } = await newClient(directory);
await new Promise((resolve) => setTimeout(resolve, Number(startAt) - Date.now()));

const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const end = performance.now() + Number(durationMs);
let calls = 0;
let errors = 0;
const idle = new Promise((resolve) => setTimeout(resolve, Number(durationMs)));
await Promise.all(
  Array.from({ length: Number(writers) }, async (_, writer) => {
    for (let image = 0; performance.now() < end; image++) {
      const call = { claim: newClaim(), clientId, imageId: `client${clientId}-${writer}-${image}`, digest: bytes(32) };
      await directory.addResource(call).then(
        () => calls++,
        () => errors++,
      );
    }
  }),
);
await idle;
delay.disable();
await directory.close();
process.stdout.write(JSON.stringify({ calls, errors, stallMs: delay.max / 1e6 }));
