// The operator makes a cloud, a client joins it, and later changes its keys.
// Run: node --conditions=@p2pimg/source examples/identity.ts

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptManifest,
  addServer,
  createManifest,
  fingerprint,
  formatRecoveryKey,
  generateClientKeys,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  ManifestRolledBackError,
  nodeSuite,
  openManifest,
  parseRecoveryKey,
  proveRegistration,
  publicKeysOf,
  readClientKeys,
  rotateClientKeys,
  signManifest,
  signRotation,
  verifyRegistration,
  verifyRotation,
  writeClientKeys,
} from '@p2pimg/identity';

const now = Date.now();
const folder = await mkdtemp(join(tmpdir(), 'p2pimg-example-'));

// The operator, on a machine without a network.
const root = generateSignPair(nodeSuite);
const alpha = { id: 'alpha', host: '127.0.0.1', clientPort: 8081, peerPort: 8085 };
const validity = { issuedAt: now, expiresAt: now + 365 * 86_400_000 };
const draft = createManifest(nodeSuite, {
  ...validity,
  clusterKey: generateClusterKey(nodeSuite),
  registration: 'open',
});
const manifest = addServer(draft, { ...alpha, ...publicKeysOf(generateServerKeys(nodeSuite)) });
const file = signManifest(nodeSuite, manifest, root);

// A client, which has been given the manifest.
const signed = openManifest(nodeSuite, file);
const pin = acceptManifest(undefined, signed, now);
console.log(
  `cloud ${pin.cloudId.slice(0, 8)}…, serial ${pin.serial}, servers: ${signed.manifest.servers.map(({ id }) => id)}`,
);
try {
  acceptManifest(pin, openManifest(nodeSuite, signManifest(nodeSuite, { ...manifest, serial: 1 }, root)), now);
} catch (error) {
  if (error instanceof ManifestRolledBackError) console.log(`refused: ${error.message}`);
}

const { keys, recovery } = generateClientKeys(nodeSuite);
const paper = formatRecoveryKey(nodeSuite, recovery);
const path = join(folder, 'keys.json');
await writeClientKeys(path, keys, { passphrase: 'correct horse battery' });
const mine = await readClientKeys(path, { passphrase: 'correct horse battery' });
console.log(`fingerprint ${fingerprint(nodeSuite, publicKeysOf(mine))}`);

const registration = { ...publicKeysOf(mine), cloudId: pin.cloudId, requestId: '00112233445566778899aabbccddeeff' };
const proof = proveRegistration(nodeSuite, mine.sign.privateKey, registration);
console.log(`registration proved: ${verifyRegistration(nodeSuite, registration, proof)}`);

// The machine is stolen. The paper is enough to change the keys.
const next = rotateClientKeys(nodeSuite, mine);
const rotation = {
  signer: 'recovery',
  clientId: 7,
  issuedAt: now,
  cloudId: pin.cloudId,
  from: publicKeysOf(mine),
  to: publicKeysOf(next),
} as const;
const authority = parseRecoveryKey(nodeSuite, paper).privateKey;
const statement = signRotation(nodeSuite, rotation, authority, next.sign.privateKey);
const subject = { cloudId: pin.cloudId, clientId: 7, current: publicKeysOf(mine), recoveryKey: recovery.publicKey };
const { signer } = verifyRotation(nodeSuite, statement, subject);
console.log(`keys changed by the ${signer} key: ${fingerprint(nodeSuite, publicKeysOf(next))}`);

await rm(folder, { recursive: true });
