/** One client of the evaluation, in a process of its own: `client-program.ts PROFILE MANIFEST`. */

import { readFile } from 'node:fs/promises';
import { openClient } from '@p2pimg/client';
import { optimizeLate } from '@p2pimg/settings/engine';
import { takeOrders } from './load.ts';
import { freshPicture } from './picture.ts';

// As the client's own program does (apps/client).
optimizeLate();
const [profile = '', manifestPath = ''] = process.argv.slice(2);
const client = await openClient({
  profile,
  manifest: await readFile(manifestPath),
  bind: { host: '127.0.0.1', port: 0 },
});
await client.register();
await client.signIn();

takeOrders(
  // `encode` extracts the picture that comes back, compares it with what was sent, keeps it and publishes it.
  async ({ bytes, prefix }, number, onBack) => {
    const { server } = await client.encode(freshPicture(bytes), {
      name: `${prefix}${number}`,
      onProgress: ({ phase }) => {
        if (phase === 'checking') onBack();
      },
    });
    return server;
  },
  () => client.close(),
);
