import type { ClientRecord, DirectoryCall } from '@p2pimg/directory';
import { toHex } from '@p2pimg/wire';
import test from 'ava';
import { listImages, lookup } from '../../src/core/procedures/people.ts';
import type { Context, Operation, Procedure } from '../../src/core/procedures/procedure.ts';

const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const asker = 7;
const context = { clientKey: key(asker), address: { host: '192.0.2.9', port: 4_000 } } as Context;
const head = { id: '0'.repeat(32), notAfter: 1, servers: [], tried: [] };

/** The directory's side: the asker is known by its session; others are shown as `shown` says when the asker is named. */
function answer({ method, call }: DirectoryCall, shown: boolean): unknown {
  const record = (clientId: number, visible: boolean): ClientRecord => ({
    clientId,
    signKey: key(clientId),
    boxKey: key(clientId),
    recoveryKey: undefined,
    address: visible ? { host: '192.0.2.1', port: 9 } : undefined,
    online: visible,
    visibility: 'contacts',
  });
  if (method === 'clientByKey' && toHex(call.boxKey) === toHex(context.clientKey)) return record(asker, true);
  if (method === 'clientByKey' || method === 'clientById') return record(1, call.askerId !== asker || shown);
  if (method === 'listImages') return { items: call.askerId !== asker || shown ? ['client1-a'] : [], more: false };
  throw new Error(`${method} was not expected`);
}

function run<T>(procedure: Procedure<T>, shown: boolean): T {
  let step = procedure.next();
  while (!step.done) {
    const operation: Operation = step.value;
    if (operation.kind !== 'directory') throw new Error(operation.kind);
    step = procedure.next(answer(operation.call, shown));
  }
  return step.value;
}

test('D2 N11 looking a client up shows its keys to all, its address and images to those whom it shows itself to', (t) => {
  for (const shown of [true, false]) {
    for (const body of [{ clientId: 1 }, { boxKey: toHex(key(1)) }]) {
      const found = run(lookup(context, { type: 'lookup', ...head, body }), shown);
      t.like(found, { clientId: 1, online: shown, boxKey: toHex(key(1)) });
      t.is('address' in found, shown);
    }
    const { images } = run(
      listImages(context, { type: 'list_images', ...head, body: { clientId: 1, limit: 9 } }),
      shown,
    );
    t.deepEqual(images, shown ? ['client1-a'] : []);
  }
});
