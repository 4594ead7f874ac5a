import type { AnyRequest } from '@p2pimg/wire';
import test from 'ava';
import type { ClientEvent } from '../../src/core/events.ts';
import { signedIn } from '../sim/sharing.ts';
import { World } from '../sim/world.ts';

test('E5 N4: a request that was given to a server which had failed it before is sent again after a while, not at once', (t) => {
  const world = new World();
  const { core } = signedIn(world);
  const step = (now: number, event: ClientEvent): readonly AnyRequest[] =>
    core!.step(now, event).flatMap((effect) => (effect.kind === 'sendCloud' ? [effect.request] : []));
  const { now } = world;
  const [asked] = step(now, { kind: 'call', callId: 99, call: { name: 'activeUsers', args: {} } });
  const busy = (server: string): ClientEvent => {
    const { type, id } = asked!;
    const error = { code: 'busy', message: 'busy', retryAfterMs: 500 };
    const ack = { type, id, server, status: 'error', error } as const;
    return { kind: 'cloudMessage', server, message: { kind: 'ack', ack } } as ClientEvent;
  };
  const first = step(now + 1, busy('s1'));
  t.true(first.length > 0);
  t.true(first.every(({ tried }) => tried.join() === 's1'));
  // The others are up, but it was s1 again that took it: nobody else is there for it.
  t.deepEqual(step(now + 2, busy('s1')), []);
  t.deepEqual(step(now + 400, { kind: 'tick' }), []);
  const later = step(now + 502, { kind: 'tick' });
  t.true(later.length > 0);
  t.true(later.every(({ tried }) => tried.length === 0));
});
