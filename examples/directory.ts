// Who is up, what they offer, and which rights wait; a view counted once, however often it is asked for.
// Run: node --conditions=@p2pimg/source examples/directory.ts

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeniedError, openDirectory } from '@p2pimg/directory';

const bytes = (length: number): Uint8Array => new Uint8Array(randomBytes(length));
const claim = () => ({
  clientKey: bytes(32),
  requestId: bytes(16),
  bodyDigest: bytes(32),
  notAfter: Date.now() + 30_000,
});

const folder = await mkdtemp(join(tmpdir(), 'p2pimg-example-'));
const directory = await openDirectory(join(folder, 'directory.db')); // or mysql://user@host1,host2/p2pimg

const register = async () =>
  (await directory.register({ claim: claim(), signKey: bytes(32), boxKey: bytes(32) })).value.clientId;
const [owner, viewer] = [await register(), await register()];
const address = { host: '192.0.2.6', port: 40_000 };
await directory.signIn({
  claim: claim(),
  clientId: owner,
  counter: 1,
  address,
  visibility: 'everyone',
  leaseMs: 30_000,
});

const imageId = `client${owner}-puppy`;
await directory.addResources({ claim: claim(), clientId: owner, images: [{ imageId, digest: bytes(32) }] });
const { items } = await directory.listOnline({ askerId: viewer, limit: 10, imagesPerClient: 10 });
console.log('online:', items.map(({ clientId, images }) => `client ${clientId}: ${images.join(', ')}`).join('; '));

const grant = {
  ownerId: owner,
  viewerId: viewer,
  imageId,
  grantId: bytes(16),
  version: 1,
  allowed: 2,
  grant: bytes(464), // signed by the owner; opaque here
};
await directory.publishGrant({ claim: claim(), ...grant });
console.log('waiting for the viewer:', (await directory.pending({ clientId: viewer, limit: 10 })).grants.length);

const first = { claim: claim(), ...grant, used: 0, nonce: bytes(32), views: 1 };
console.log('released:', await directory.releaseView(first));
console.log('asked again:', await directory.releaseView(first));
await directory.releaseView({ ...first, claim: claim(), nonce: bytes(32) });
try {
  await directory.releaseView({ ...first, claim: claim(), nonce: bytes(32) });
} catch (error) {
  if (error instanceof DeniedError) console.log('third view:', error.code, error.reason);
}

await directory.close();
await rm(folder, { recursive: true });
