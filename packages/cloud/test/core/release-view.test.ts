import type { ClientRecord, DirectoryCall, StoredGrant } from '@p2pimg/directory';
import { generateClientKeys, nodeSuite, publicKeysOf } from '@p2pimg/identity';
import { type Grant, grantIdOf, imageIdHash, type SignedGrant, signGrant } from '@p2pimg/rights';
import { type Request, toBase64Url, toHex } from '@p2pimg/wire';
import test from 'ava';
import { Refusal } from '../../src/core/errors.ts';
import type { Context, Operation } from '../../src/core/procedures/procedure.ts';
import { releaseView } from '../../src/core/procedures/rights.ts';

const WALL_MS = 1_800_000_000_000;
const imageId = 'client1-puppy';
const owner = generateClientKeys(nodeSuite).keys;
const viewer = generateClientKeys(nodeSuite).keys;

function record(clientId: number, keys: typeof owner): ClientRecord {
  const where = { address: undefined, online: false, visibility: 'everyone' } as const;
  return { clientId, ...publicKeysOf(keys), recoveryKey: undefined, ...where };
}

function signed(change: Partial<Grant>): SignedGrant {
  const parties = { ownerId: 1, viewerId: 2, imageIdHash: imageIdHash(nodeSuite, imageId) };
  const { signKey, boxKey } = publicKeysOf(viewer);
  const fill = (length: number): Uint8Array => new Uint8Array(length).fill(1);
  const grant: Grant = {
    ...parties,
    mode: 'witnessed',
    grantId: grantIdOf(nodeSuite, parties),
    version: 1,
    allowed: 9,
    offlineViews: 0,
    issuedAt: 1,
    expiresAt: 0,
    contentHash: fill(32),
    ownerSignKey: owner.sign.publicKey,
    viewerSignKey: signKey,
    viewerBoxKey: boxKey,
    viewerShare: fill(80),
    cloudShare: fill(80),
    clusterKeyId: fill(8),
    ...change,
  };
  return signGrant(nodeSuite, grant, owner.sign.privateKey);
}

function stored({ grantId, version, allowed, bytes }: SignedGrant): StoredGrant {
  return { grantId, imageId, ownerId: 1, viewerId: 2, version, allowed, used: 0, ackedVersion: 0, grant: bytes };
}

/** Shows `shown` to a cloud whose directory has `newest`; the code of the refusal, or `released`. */
function outcome(shown: SignedGrant, newest: SignedGrant, views = 1): string {
  const { publicKey } = viewer.box;
  const context = { suite: nodeSuite, clientKey: publicKey, wallMs: WALL_MS } as unknown as Context;
  const body = { imageId, grant: toBase64Url(shown.bytes), used: 0, nonce: toHex(publicKey), views };
  const head = { id: '0'.repeat(32), notAfter: WALL_MS, servers: [], tried: [] };
  const request: Request<'release_view'> = { type: 'release_view', ...head, body };
  const answers: Readonly<Partial<Record<DirectoryCall['method'], unknown>>> = {
    clientByKey: record(2, viewer),
    clientById: record(1, owner),
    grant: stored(newest),
  };
  const procedure = releaseView(context, request);
  try {
    let operation = procedure.next().value as Operation;
    while (operation.kind === 'directory' && operation.call.method !== 'releaseView') {
      operation = procedure.next(answers[operation.call.method]).value as Operation;
    }
    return 'released';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

test('D4 M4 an older grant releases nothing that the newest one does not allow', (t) => {
  const first = signed({});
  t.is(outcome(first, first), 'released');
  t.is(outcome(first, signed({ version: 2 })), 'released');
  t.is(outcome(first, signed({ version: 2, expiresAt: WALL_MS })), 'grant_expired');
  const ahead = signed({ mode: 'offline', offlineViews: 5, expiresAt: WALL_MS + 1 });
  t.is(outcome(ahead, ahead, 5), 'released');
  t.is(outcome(ahead, signed({ version: 2 }), 5), 'offline_views');
});
