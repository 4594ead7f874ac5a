/** What identity's operations cost: `pnpm bench [--json] [--small]`. */

import { race, runBenches } from '@p2pimg/testkit/bench';
import {
  addServer,
  createManifest,
  exportClientKeys,
  fingerprint,
  generateClientKeys,
  generateClusterKey,
  generateSignPair,
  nodeSuite,
  openManifest,
  proveRegistration,
  publicKeysOf,
  signManifest,
  verifyRegistration,
} from '../src/index.ts';

const { keys } = generateClientKeys(nodeSuite);
const registration = { ...publicKeysOf(keys), cloudId: '0'.repeat(32), requestId: '1'.repeat(32) };
const proof = proveRegistration(nodeSuite, keys.sign.privateKey, registration);
const server = { id: 's1', host: '127.0.0.1', clientPort: 8081, peerPort: 8085, ...publicKeysOf(keys) };
const times = { issuedAt: 1, expiresAt: 2 };
const clusterKey = generateClusterKey(nodeSuite);
const manifest = addServer(createManifest(nodeSuite, { ...times, clusterKey, registration: 'open' }), server);
const file = signManifest(nodeSuite, manifest, generateSignPair(nodeSuite));

const contenders = [
  { name: 'prove a registration', run: () => proveRegistration(nodeSuite, keys.sign.privateKey, registration) },
  { name: 'verify a registration', run: () => verifyRegistration(nodeSuite, registration, proof) },
  { name: 'fingerprint', run: () => fingerprint(nodeSuite, registration) },
  { name: 'open a manifest', run: () => openManifest(nodeSuite, file) },
  { name: 'export keys (argon2id, 64 MiB)', run: () => exportClientKeys(keys, 'a passphrase') },
];
await runBenches({
  identity: async ({ effort }) =>
    (await race<unknown>(contenders, effort)).map(({ name: metric, ms }) => ({
      bench: 'identity',
      metric,
      value: ms * 1_000,
      unit: 'µs',
    })),
});
