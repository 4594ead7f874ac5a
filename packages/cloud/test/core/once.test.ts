import type { DirectoryCall } from '@p2pimg/directory';
import { generateClientKeys, nodeSuite } from '@p2pimg/identity';
import { type Grant, grantIdOf, imageIdHash, signGrant } from '@p2pimg/rights';
import { type AnyRequest, canonicalBody, fromHex, type Request, toBase64Url, toHex } from '@p2pimg/wire';
import test from 'ava';
import { NotNow, Refusal } from '../../src/core/errors.ts';
import type { Context, Procedure } from '../../src/core/procedures/procedure.ts';
import { procedures } from '../../src/core/procedures/procedures.ts';
import { RateLimit } from '../../src/core/rate-limit.ts';

const serve = procedures(new RateLimit(1_000));
const clientKey = nodeSuite.randomBytes(32);
const address = { host: '192.0.2.1', port: 1 };
const config = { leaseMs: 30_000 };
const context = {
  ...{ config, suite: nodeSuite, clientKey, address, wallMs: 9 },
  get recent() {
    return { clientId: undefined, askedAt: 0 }; // nobody has asked before
  },
} as unknown as Context;
const head = { id: 'ab'.repeat(16), notAfter: 60_000, servers: [], tried: [] } as const;
const owner = generateClientKeys(nodeSuite).keys;

type Answers = Readonly<Partial<Record<DirectoryCall['method'], unknown>>>;

/**
 * Runs a procedure on a directory with these answers, of which an error is thrown; `refuse` without one refuses. A job gives `share`. What
 * it calls is kept in `calls`.
 */
function run(procedure: Procedure<object>, answers: Answers, calls: DirectoryCall[] = []): object | string {
  try {
    let step = procedure.next();
    while (!step.done) {
      const operation = step.value;
      if (operation.kind !== 'directory') {
        step = procedure.next({ share: Uint8Array.of(7) });
        continue;
      }
      calls.push(operation.call);
      const answer = answers[operation.call.method] ?? refusalOf(operation.call);
      step = answer instanceof Error ? procedure.throw(answer) : procedure.next(answer);
    }
    return step.value;
  } catch (error) {
    if (error instanceof Refusal || error instanceof NotNow) return error.code;
    throw error;
  }
}

/** As the directory's first answer to `refuse`. */
function refusalOf(call: DirectoryCall): Error | undefined {
  return call.method === 'refuse' ? new Refusal(call.call.refusal.code, call.call.refusal.message) : undefined;
}

test('E5 N9 a shutdown that comes again under a replaced key is answered as it was, and asks for its very claim', (t) => {
  const request: Request<'shutdown'> = { ...head, type: 'shutdown', body: { counter: 3 } };
  const calls: DirectoryCall[] = [];
  t.deepEqual(run(serve.shutdown(context, request), { refuse: { value: { offline: true } } }, calls), {
    offline: true,
  });
  const bodyDigest = nodeSuite.sha256(canonicalBody(request as AnyRequest));
  const claim = { clientKey, requestId: fromHex(head.id), bodyDigest, notAfter: head.notAfter };
  const refusal = { code: 'not_registered', message: 'this key belongs to no registered client' };
  t.deepEqual(calls.at(-1), { method: 'refuse', call: { claim, method: 'shutdown', refusal } });
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
  const released = { ...people, refuse: { value } };
  const again = (answers: Answers): object | string => run(serve.release_view(context, request), answers);

  t.is(again(people), 'bad_grant');
  t.deepEqual(again(released), { ...value, share: toBase64Url(Uint8Array.of(7)) });
  t.deepEqual(again({ ...released, grant: { allowed: 4 } }), { ...value, share: toBase64Url(Uint8Array.of(7)) });
  t.is(again({ ...released, grant: { allowed: 3 } }), 'no_views_left');
  t.is(again({ ...released, grant: { allowed: 0 } }), 'revoked');

  // Nor when the newest grant has come to its end, or needs no share of the cloud's any more.
  const newest = (change: Partial<Grant>): Answers => {
    const { bytes } = signGrant(nodeSuite, { ...grant, version: 2, ...change }, owner.sign.privateKey);
    return { ...released, grant: { version: 2, allowed: 9, grant: bytes } };
  };
  t.deepEqual(again(newest({})), { ...value, share: toBase64Url(Uint8Array.of(7)) });
  t.is(again(newest({ expiresAt: 9 })), 'grant_expired');
  t.is(
    again(newest({ mode: 'trusting', cloudShare: new Uint8Array(80), clusterKeyId: new Uint8Array(8) })),
    'trusting',
  );
});

test('E5 what the directory refuses under the claim is not refused once more', (t) => {
  const body = { images: [{ imageId: 'client2-a', digest: '00'.repeat(32) }] };
  const request: Request<'publish'> = { ...head, type: 'publish', body };
  const calls: DirectoryCall[] = [];
  const denied = new Refusal('image_digest', 'another picture has this id');
  t.is(
    run(serve.publish(context, request), { clientByKey: { clientId: 2 }, addResources: denied }, calls),
    'image_digest',
  );
  t.deepEqual(
    calls.map(({ method }) => method),
    ['clientByKey', 'addResources'],
  );
});

test('E5 N11 who was looked up a moment ago publishes without a look-up, and names the key to be looked at', (t) => {
  const body = { images: [{ imageId: 'client2-a', digest: '00'.repeat(32) }] };
  const request: Request<'publish'> = { ...head, type: 'publish', body };
  const recent = { clientId: undefined, askedAt: 0 };
  const calls: DirectoryCall[] = [];
  const answers = { clientByKey: { clientId: 2 }, addResources: { value: {}, replayed: false } };
  const publishAt = (wallMs: number, change: Answers = {}) =>
    run(serve.publish({ ...context, recent, wallMs }, request), { ...answers, ...change }, calls);
  for (const wallMs of [5_000, 5_999, 6_000]) t.deepEqual(publishAt(wallMs), {});
  const methods = ['clientByKey', 'addResources', 'addResources', 'clientByKey', 'addResources'];
  t.deepEqual(
    calls.map(({ method }) => method),
    methods,
  );
  const [, first] = calls;
  t.like(first, { call: { clientId: 2, boxKey: clientKey } });
  // Its key was replaced meanwhile: refused under the claim, once and for all.
  t.is(publishAt(6_500, { addResources: new Refusal('not_registered', 'replaced') }), 'not_registered');
  t.is(calls.at(-1)?.method, 'addResources');
});

test('E5 every mutation keeps what it refuses, but for a registration, whose refusals depend on nothing that is read', (t) => {
  const digest = '00'.repeat(32);
  const id = '00'.repeat(16);
  const imageId = 'client1-a';
  const address = { host: '192.0.2.1', port: 1, visibility: 'everyone' } as const;
  const requests: readonly AnyRequest[] = [
    { ...head, type: 'sign_in', body: { counter: 1, ...address } },
    { ...head, type: 'shutdown', body: { counter: 1 } },
    { ...head, type: 'publish', body: { images: [{ imageId, digest }] } },
    { ...head, type: 'unpublish', body: { imageId } },
    { ...head, type: 'change-view', body: { imageId, viewerId: 2, grant: 'AA' } },
    { ...head, type: 'leave_notice', body: { to: 2, noticeId: id, kind: 'image_rejected', imageId } },
    { ...head, type: 'acknowledge', body: { grants: [], notices: [] } },
    { ...head, type: 'release_view', body: { imageId, grant: 'AA', used: 0, nonce: digest, views: 1 } },
  ];
  for (const request of requests) {
    const calls: DirectoryCall[] = [];
    const procedure = serve[request.type] as (context: Context, request: AnyRequest) => Procedure<object>;
    t.is(run(procedure(context, request), {}, calls), 'not_registered', request.type);
    t.is(calls.at(-1)?.method, 'refuse', request.type);
  }
});

test('E5 N11 a sign-in that was made under keys which have been replaced since is refused: its answer is for the keys of today', (t) => {
  const body = { counter: 1, host: '192.0.2.1', port: 1, visibility: 'everyone' } as const;
  const request: Request<'sign_in'> = { ...head, type: 'sign_in', body };
  t.is(run(serve.sign_in(context, request), { refuse: { value: { leaseUntil: 1 } } }), 'not_registered');
});

test('E5 N4 of people who are not registered only so many refusals are kept, for each address', (t) => {
  const few = procedures(new RateLimit(2));
  const request: Request<'shutdown'> = { ...head, type: 'shutdown', body: { counter: 3 } };
  const codes = (host: string): unknown[] =>
    [1, 2, 3].map(() => run(few.shutdown({ ...context, address: { host, port: 1 } }, request), {}));
  t.deepEqual(codes('192.0.2.1'), ['not_registered', 'not_registered', 'rate_limited']);
  t.deepEqual(codes('192.0.2.2'), ['not_registered', 'not_registered', 'rate_limited']);
});
