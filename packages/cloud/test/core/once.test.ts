import type { DirectoryCall } from '@p2pimg/directory';
import { generateClientKeys, nodeSuite } from '@p2pimg/identity';
import { type Grant, grantIdOf, imageIdHash, signGrant } from '@p2pimg/rights';
import { type AnyRequest, canonicalBody, fromHex, type Request, toBase64Url, toHex } from '@p2pimg/wire';
import test from 'ava';
import { Refusal } from '../../src/core/errors.ts';
import type { Context, Procedure } from '../../src/core/procedures/procedure.ts';
import { procedures } from '../../src/core/procedures/procedures.ts';
import { RateLimit } from '../../src/core/rate-limit.ts';

const serve = procedures(new RateLimit(1));
const clientKey = nodeSuite.randomBytes(32);
const context = { suite: nodeSuite, clientKey, wallMs: 1 } as unknown as Context;
const head = { id: 'ab'.repeat(16), notAfter: 60_000, servers: [], tried: [] } as const;
const owner = generateClientKeys(nodeSuite).keys;

type Answers = Readonly<Partial<Record<DirectoryCall['method'], unknown>>>;

/** Runs a procedure on a directory with these answers; a job gives `share`. What it calls is kept in `calls`. */
function run(procedure: Procedure<object>, answers: Answers, calls: DirectoryCall[] = []): object | string {
  try {
    let step = procedure.next();
    while (!step.done) {
      const operation = step.value;
      if (operation.kind === 'directory') calls.push(operation.call);
      step = procedure.next(
        operation.kind === 'directory' ? answers[operation.call.method] : { share: Uint8Array.of(7) },
      );
    }
    return step.value;
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

test('E5 N9 a shutdown that comes again under a replaced key is answered as it was, and asks for its very claim', (t) => {
  const request: Request<'shutdown'> = { ...head, type: 'shutdown', body: { counter: 3 } };
  const calls: DirectoryCall[] = [];
  t.deepEqual(run(serve.shutdown(context, request), { claimOutcome: { value: { offline: true } } }, calls), {
    offline: true,
  });
  const bodyDigest = nodeSuite.sha256(canonicalBody(request as AnyRequest));
  const claim = { clientKey, requestId: fromHex(head.id), bodyDigest, notAfter: head.notAfter };
  t.deepEqual(calls.at(-1), { method: 'claimOutcome', call: { claim, method: 'shutdown' } });
  t.is(run(serve.shutdown(context, request), {}), 'not_registered', 'what nobody has done is refused');
});

test('E5 N9 M4 a view that was counted before its owner changed keys is released again, unless it was taken back', (t) => {
  const imageId = 'client1-puppy';
  const parties = { ownerId: 1, viewerId: 2, imageIdHash: imageIdHash(nodeSuite, imageId) };
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
    viewerSignKey: fill(32),
    viewerBoxKey: clientKey,
    viewerShare: fill(80),
    cloudShare: fill(80),
    clusterKeyId: fill(8),
  };
  const signed = toBase64Url(signGrant(nodeSuite, grant, owner.sign.privateKey).bytes);
  const body = { imageId, grant: signed, used: 0, nonce: toHex(fill(32)), views: 1 };
  const request: Request<'release_view'> = { ...head, type: 'release_view', body };
  const people = { clientByKey: { clientId: 2 }, clientById: { clientId: 1, signKey: fill(32) } };
  const value = { sequence: 4, version: 1, allowed: 9, used: 4 };
  const released = { ...people, claimOutcome: { value } };
  const again = (answers: Answers): object | string => run(serve.release_view(context, request), answers);

  t.is(again(people), 'bad_grant');
  t.deepEqual(again(released), { ...value, share: toBase64Url(Uint8Array.of(7)) });
  t.deepEqual(again({ ...released, grant: { allowed: 4 } }), { ...value, share: toBase64Url(Uint8Array.of(7)) });
  t.is(again({ ...released, grant: { allowed: 3 } }), 'no_views_left');
  t.is(again({ ...released, grant: { allowed: 0 } }), 'revoked');
});

test('E5 other refusals are not looked up', (t) => {
  const request: Request<'publish'> = {
    ...head,
    type: 'publish',
    body: { imageId: 'client1-a', digest: '00'.repeat(32) },
  };
  const calls: DirectoryCall[] = [];
  t.is(run(serve.publish(context, request), { clientByKey: { clientId: 2 } }, calls), 'not_owner');
  t.deepEqual(
    calls.map(({ method }) => method),
    ['clientByKey'],
  );
});
