import { commonVersion, type VersionRange } from '@p2pimg/wire';
import test from 'ava';
import { Node, World } from '../../support/pair.ts';

const only = (version: number): VersionRange => ({ lowest: version, highest: version });
const PSK = new Uint8Array(32).fill(7);

/** Two nodes, one of which has called the other. */
function meet(ours: VersionRange, theirs: VersionRange, preSharedKey?: Uint8Array) {
  const world = new World(77, { delay: 5 });
  const told: [string, VersionRange][] = [];
  const node = (host: string, versions: VersionRange): Node =>
    world.add(
      new Node(host, world.random, {
        versions,
        limits: { sessionIdleMs: 300_000 },
        admit: () => (preSharedKey === undefined ? { admit: true } : { admit: true, preSharedKeys: [preSharedKey] }),
        incompatible: (_key, _path, range) => told.push([host, range]),
      }),
    );
  const client = node('10.0.0.1', ours);
  const server = node('10.0.0.2', theirs);
  const session = world.connect(client, server, preSharedKey);
  return { world, client, server, session, told };
}

for (const [ours, theirs, agreed] of [
  [only(1), { lowest: 1, highest: 2 }, 1],
  [{ lowest: 1, highest: 2 }, only(1), 1],
  [{ lowest: 1, highest: 2 }, { lowest: 1, highest: 2 }, 2],
  [{ lowest: 2, highest: 9 }, { lowest: 1, highest: 256 }, 9],
  [only(256), only(256), 256],
] as const) {
  test(`S6 ${ours.lowest} to ${ours.highest} and ${theirs.lowest} to ${theirs.highest} agree on ${agreed}, for as long as the session lives`, (t) => {
    const { world, client, server, session } = meet(ours, theirs);
    t.is(session.version, 0);
    t.true(world.run(() => server.of('incoming').length > 0));
    t.is(session.version, agreed);
    t.is(server.of('incoming')[0]?.session.version, agreed);
    // New keys after 120 s change nothing.
    t.false(world.run(() => client.of('closed').length > 0, 130_000));
    t.is(session.nextEpoch, 2);
    t.is(session.version, agreed);
  });
}

for (const [name, preSharedKey] of [
  ['clients', undefined],
  ['servers', PSK],
] as const) {
  test(`S6 without a common version ${name} are told so at once, on both sides, and no session is left`, (t) => {
    for (const [ours, theirs] of [
      [only(2), only(1)],
      [only(1), only(2)],
    ] as const) {
      const { world, client, server, told } = meet(ours, theirs, preSharedKey);
      world.run(() => client.of('closed').length > 0, 200);
      t.is(client.of('closed')[0]?.reason, 'no-common-version');
      t.is(server.of('incoming').length, 0);
      t.is(server.endpoint.sessions, 0);
      t.is(server.endpoint.dropped['no-common-version'], 1);
      t.deepEqual(told, [
        ['10.0.0.2', ours],
        ['10.0.0.1', theirs],
      ]);
    }
  });
}

test('S6 the common version is the same from either side', (t) => {
  const ranges: VersionRange[] = [];
  for (let lowest = 1; lowest <= 4; lowest++) {
    for (let highest = lowest; highest <= 4; highest++) ranges.push({ lowest, highest });
  }
  for (const a of ranges) {
    for (const b of ranges) {
      const both = [4, 3, 2, 1].find((v) => [a, b].every(({ lowest, highest }) => lowest <= v && v <= highest));
      t.is(commonVersion(a, b), both);
    }
  }
});
