import { fromBase64Url, toHex, utf8Decode, utf8Encode } from '@p2pimg/wire';
import test from 'ava';
import {
  acceptManifest,
  addClusterKey,
  addServer,
  clusterKeyId,
  createManifest,
  encodeManifestPayload,
  generateClusterKey,
  generateSignPair,
  IdentityError,
  MAX_CLUSTER_KEYS,
  MalformedManifestError,
  type Manifest,
  ManifestCloudError,
  ManifestConflictError,
  ManifestExpiredError,
  ManifestNotYetValidError,
  ManifestRolledBackError,
  ManifestRootKeyError,
  ManifestServerError,
  ManifestSignatureError,
  openManifest,
  parseManifestPayload,
  removeServer,
  renewManifest,
  setRegistration,
  signManifest,
} from '../../src/index.ts';
import { bitFlips, seededSuite, server } from '../fixtures.ts';

const suite = seededSuite('manifest');
const root = generateSignPair(suite);
const clusterKey = generateClusterKey(suite);
const validity = { issuedAt: 1_700_000_000_000, expiresAt: 1_800_000_000_000 };
const now = 1_750_000_000_000;
const one = addServer(
  createManifest(suite, { ...validity, clusterKey, registration: 'open', servers: [server('alpha', 1)] }),
  server('beta', 2),
);

test('S1: the operator creates, adds, removes, renews; each change raises the serial', (t) => {
  t.is(one.serial, 2);
  t.deepEqual(
    one.servers.map(({ id }) => id),
    ['alpha', 'beta'],
  );
  const edits = [
    removeServer(one, 'alpha'),
    addClusterKey(one, generateClusterKey(suite)),
    renewManifest(one, { issuedAt: 1, expiresAt: 2 }),
    setRegistration(one, 'closed'),
  ];
  for (const edited of edits) {
    t.is(edited.serial, 3);
    t.is(edited.cloudId, one.cloudId);
  }
  t.throws(() => addServer(one, server('alpha', 9)), { instanceOf: ManifestServerError });
  t.throws(() => removeServer(one, 'gamma'), { instanceOf: ManifestServerError });
});

test('a signed manifest opens to what was signed, and is accepted at first sight and again', (t) => {
  const signed = openManifest(suite, signManifest(suite, one, root));
  t.deepEqual(signed.manifest, one);
  t.deepEqual(signed.rootKey, root.publicKey);
  const pin = acceptManifest(undefined, signed, now);
  t.deepEqual(acceptManifest(pin, signed, now), pin);
  const next = openManifest(suite, signManifest(suite, setRegistration(one, 'token'), root));
  t.is(acceptManifest(pin, next, now).serial, 3);
});

test('a manifest file with any bit flipped is refused by a named error', (t) => {
  // JSON has room that means nothing (white space, the case of an escape): what is accepted must say the same.
  const file = signManifest(suite, one, root);
  let refused = 0;
  for (const { bit, bytes } of bitFlips(file)) {
    try {
      t.deepEqual(openManifest(suite, bytes).manifest, one, `bit ${bit}`);
    } catch (error) {
      t.true(error instanceof IdentityError, `bit ${bit}`);
      refused++;
    }
  }
  t.true(refused > 0.99 * file.length * 8);
});

test('a client refuses another root key, another cloud, a lower serial, two of one serial, and wrong times', (t) => {
  const open = (manifest: Manifest, key = root) => openManifest(suite, signManifest(suite, manifest, key));
  const pin = acceptManifest(undefined, open(one), now);
  const stranger = generateSignPair(suite);
  t.throws(() => acceptManifest(pin, open(setRegistration(one, 'token'), stranger), now), {
    instanceOf: ManifestRootKeyError,
  });
  const elsewhere = { ...one, cloudId: '0'.repeat(32) };
  t.throws(() => acceptManifest(pin, open(elsewhere), now), { instanceOf: ManifestCloudError });
  const error = t.throws(() => acceptManifest(pin, open({ ...one, serial: 1 }), now), {
    instanceOf: ManifestRolledBackError,
  });
  t.is(error?.pinned, 2);
  t.throws(() => acceptManifest(pin, open({ ...one, registration: 'closed' }), now), {
    instanceOf: ManifestConflictError,
  });
  t.throws(() => acceptManifest(pin, open(one), validity.expiresAt), { instanceOf: ManifestExpiredError });
  t.throws(() => acceptManifest(undefined, open(one), validity.issuedAt - 3_600_000), {
    instanceOf: ManifestNotYetValidError,
  });
});

test('a manifest signed by somebody else under the root key of the operator is refused', (t) => {
  const stranger = generateSignPair(suite);
  const forged = signManifest(suite, one, { publicKey: root.publicKey, privateKey: stranger.privateKey });
  t.throws(() => openManifest(suite, forged), { instanceOf: ManifestSignatureError });
});

test('a cloud has at least one server, and the oldest cluster key goes past eight', (t) => {
  const empty = removeServer(removeServer(one, 'alpha'), 'beta');
  t.throws(() => signManifest(suite, empty, root), { instanceOf: MalformedManifestError });
  let many = one;
  for (let i = 0; i < MAX_CLUSTER_KEYS; i++) many = addClusterKey(many, generateClusterKey(suite));
  t.is(many.clusterKeys.length, MAX_CLUSTER_KEYS);
  t.false(many.clusterKeys.some(({ id }) => toHex(id) === toHex(clusterKey.id)));
});

test('a cluster key under an id that is not its own is refused', (t) => {
  const [key] = one.clusterKeys;
  t.deepEqual(key?.id, clusterKeyId(suite, clusterKey.publicKey));
  const lying = { ...one, clusterKeys: [{ id: new Uint8Array(8), publicKey: clusterKey.publicKey }] };
  t.throws(() => openManifest(suite, signManifest(suite, lying, root)), { instanceOf: MalformedManifestError });
});

test('N7: every field of the payload has a limit', (t) => {
  const good = JSON.parse(utf8Decode(encodeManifestPayload(one)));
  t.notThrows(() => parseManifestPayload(utf8Encode(JSON.stringify(good))));
  const bad: readonly object[] = [
    { format: 2 },
    { cloudId: 'xyz' },
    { serial: 0 },
    { serial: 1.5 },
    { serial: 2 ** 53 },
    { expiresAt: good.issuedAt },
    { registration: 'maybe' },
    { clusterKeys: [] },
    { surprise: 1 },
    { servers: Array.from({ length: 101 }, (_, i) => ({ ...good.servers[0], id: `s${i}` })) },
    ...[
      { id: '../../etc' },
      { id: 'Alpha' },
      { id: 'a'.repeat(33) },
      { host: 'evil\u001b[31m.example' },
      { host: 'a..b' },
      { clientPort: 0 },
      { peerPort: 65_536 },
      { boxKey: 'ab' },
      { extra: true },
      { id: 'beta' },
      { boxKey: good.servers[1].boxKey },
      { signKey: good.servers[1].signKey },
    ].map((change) => ({ servers: [{ ...good.servers[0], ...change }, good.servers[1]] })),
  ];
  for (const change of bad) {
    const bytes = utf8Encode(JSON.stringify({ ...good, ...change }));
    t.throws(
      () => parseManifestPayload(bytes),
      { instanceOf: MalformedManifestError },
      JSON.stringify(change).slice(0, 80),
    );
  }
  for (const text of ['', '[]', 'null', '{"a":', `"${'x'.repeat(100_000)}"`]) {
    t.throws(() => parseManifestPayload(utf8Encode(text)), { instanceOf: MalformedManifestError });
    t.throws(() => openManifest(suite, utf8Encode(text)), { instanceOf: MalformedManifestError });
  }
});

test('ports have defaults, and names as well as both kinds of IP literals are hosts', (t) => {
  const payload = JSON.parse(utf8Decode(encodeManifestPayload(one)));
  for (const host of ['203.0.113.7', '2001:db8::1', 'cloud-1.example.org']) {
    const { clientPort: _, peerPort: __, ...rest } = payload.servers[0];
    const text = JSON.stringify({ ...payload, servers: [{ ...rest, host }] });
    const [entry] = parseManifestPayload(utf8Encode(text)).servers;
    t.like(entry, { host, clientPort: 8081, peerPort: 8085 });
  }
});

test('golden: payload and signature of a fixed manifest never change', (t) => {
  const fixed = { ...one, cloudId: '00112233445566778899aabbccddeeff' };
  const file = JSON.parse(utf8Decode(signManifest(suite, fixed, root)));
  t.is(
    toHex(suite.sha256(fromBase64Url(file.payload))),
    '8fd293abf5532e30a934fd737e295c2a14ac17f90df6d323d06446d0785c9257',
  );
  t.is(file.signature.slice(0, 32), 'fc3cc63c7fbc39be80ffa933867836be');
});
