import type { ClientRecord, DirectoryCall } from '@p2pimg/directory';
import { nodeSuite as suite } from '@p2pimg/identity';
import { grantIdOf, imageIdHash } from '@p2pimg/rights';
import { toBase64Url, toHex } from '@p2pimg/wire';
import test from 'ava';
import type { Context, Operation } from '../../src/core/procedures/procedure.ts';
import { granted } from '../../src/core/procedures/rights.ts';

const OWNER = 6;
const key = new Uint8Array(32).fill(OWNER);
const context = { clientKey: key, suite } as Context;
const grant = Uint8Array.of(1, 2, 3);

/** Client 6 asks; the directory has a grant of it to client 7 on `client6-puppy`. */
function ask(imageId: string, viewerId: number): unknown {
  const head = { id: '0'.repeat(32), notAfter: 1, servers: [], tried: [] };
  const procedure = granted(context, { type: 'granted', ...head, body: { imageId, viewerId } });
  const parties = { ownerId: OWNER, viewerId: 7, imageIdHash: imageIdHash(suite, 'client6-puppy') };
  const answer = ({ method, call }: DirectoryCall): unknown => {
    if (method === 'clientByKey') return { clientId: OWNER, boxKey: key } as ClientRecord;
    if (method !== 'grant') throw new Error(`${method} was not expected`);
    return toHex(call.grantId) === toHex(grantIdOf(suite, parties)) ? { grant, used: 3 } : undefined;
  };
  let step = procedure.next();
  while (!step.done) {
    const operation: Operation = step.value;
    if (operation.kind !== 'directory') throw new Error(operation.kind);
    step = procedure.next(answer(operation.call));
  }
  return step.value;
}

test('D4 U8 an owner learns its newest grant of a pair, and nobody else does', (t) => {
  t.deepEqual(ask('client6-puppy', 7), { newest: { grant: toBase64Url(grant), used: 3 } });
  t.deepEqual(ask('client6-puppy', 8), {});
  t.deepEqual(ask('client6-kitten', 7), {});
  t.throws(() => ask('client5-puppy', 7), { message: /another client/ });
});
