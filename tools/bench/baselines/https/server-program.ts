/** A server of the baseline: `server-program.ts DIRECTORY-URL KEY-FILE CERTIFICATE-FILE ENCODER`. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { openDirectory } from '@p2pimg/directory';
import Fastify from 'fastify';
import { type Encoder, hide } from './embedding.ts';
import { MAX_BYTES } from './limits.ts';

const [directoryUrl = '', keyFile = '', certificateFile = '', encoder = 'sharp'] = process.argv.slice(2);
const directory = await openDirectory(directoryUrl);
const app = Fastify({
  https: { key: await readFile(keyFile), cert: await readFile(certificateFile) },
  bodyLimit: MAX_BYTES,
});
app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

/** Hides the picture, and enters it into the directory in the same way as our servers do: one claim, one row. */
app.post<{ Headers: Record<'x-client-key' | 'x-image-id' | 'x-request-id' | 'x-content-key', string>; Body: Buffer }>(
  '/encode',
  async (request, reply) => {
    const { headers, body } = request;
    const clientKey = Buffer.from(headers['x-client-key'], 'hex');
    const client = await directory.clientByKey({ boxKey: clientKey });
    if (client === undefined) return reply.code(403).send('not registered');
    const picture = await hide(body, Buffer.from(headers['x-content-key'], 'hex'), encoder as Encoder);
    const digest = createHash('sha256').update(picture).digest();
    const imageId = headers['x-image-id'];
    const claim = {
      clientKey,
      requestId: Buffer.from(headers['x-request-id'], 'hex'),
      bodyDigest: digest,
      notAfter: Date.now() + 60_000,
    };
    await directory.addResources({ claim, clientId: client.clientId, images: [{ imageId, digest }] });
    return reply.type('image/png').header('x-digest', digest.toString('hex')).send(picture);
  },
);

await app.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`ready ${(app.server.address() as AddressInfo).port}\n`);
