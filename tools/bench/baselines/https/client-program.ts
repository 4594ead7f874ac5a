/** A client of the baseline: `client-program.ts FOLDER DIRECTORY-URL CERTIFICATE-FILE PORT…`. Round robin, connections kept. */

import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openDirectory } from '@p2pimg/directory';
import { Pool } from 'undici';
import { takeOrders } from '../../src/cloud/load.ts';
import { freshPicture } from '../../src/cloud/picture.ts';
import { find } from './embedding.ts';

const [folder = '', directoryUrl = '', certificateFile = '', ...ports] = process.argv.slice(2);
const ca = await readFile(certificateFile, 'utf8');
const servers = ports.map((port, i) => ({
  name: `s${i + 1}`,
  pool: new Pool(`https://127.0.0.1:${port}`, { connections: 17, connect: { ca, servername: 'localhost' } }),
}));
await mkdir(folder, { recursive: true });

const clientKey = randomBytes(32);
const directory = await openDirectory(directoryUrl);
const claim = { clientKey, requestId: randomBytes(16), bodyDigest: randomBytes(32), notAfter: Date.now() + 60_000 };
const registered = await directory.register({ claim, signKey: randomBytes(32), boxKey: clientKey });
const { clientId } = registered.value;
await directory.close();
let turn = 0;

takeOrders(
  async ({ bytes, prefix }, number, onBack) => {
    const picture = freshPicture(bytes);
    const contentKey = randomBytes(32);
    const { name, pool } = servers[turn++ % servers.length]!;
    const { statusCode, headers, body } = await pool.request({
      method: 'POST',
      path: '/encode',
      headers: {
        'content-type': 'application/octet-stream',
        'x-client-key': clientKey.toString('hex'),
        'x-image-id': `client${clientId}-${prefix}${number}`,
        'x-request-id': randomBytes(16).toString('hex'),
        'x-content-key': contentKey.toString('hex'),
      },
      body: picture,
    });
    if (statusCode !== 200) throw new Error(`${statusCode}: ${await body.text()}`);
    const stego = new Uint8Array(await body.arrayBuffer());
    onBack();
    if (createHash('sha256').update(stego).digest('hex') !== headers['x-digest']) throw new Error('another digest');
    if (Buffer.compare(await find(stego, contentKey), picture) !== 0) throw new Error('another picture');
    await writeFile(join(folder, `${prefix}${number}.png`), stego);
    return name;
  },
  async () => {
    await Promise.all(servers.map(({ pool }) => pool.close()));
  },
);
