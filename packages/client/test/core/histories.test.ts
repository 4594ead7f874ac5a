import { Random } from '@p2pimg/netsim';
import test from 'ava';
import type { RightsChange } from '../../src/core/calls.ts';
import { left } from '../../src/core/sharing/rights.ts';
import { IMAGE, sharing } from '../sim/sharing.ts';

const HISTORIES = process.env.P2PIMG_LONG === '1' ? 10_000 : 150;
const FIRST = Number(process.env.P2PIMG_SEED ?? 1);

/** What a network loses, doubles and delays. Effects that are answered locally are left alone. */
const ON_THE_WAY = ['sendCloud', 'sendPeer', 'answerPeer'];

/** Several changes of rights, told over a bad network, with views in between: what the viewer ends with must be the last. */
function history(seed: number): {
  readonly expected: number;
  readonly found: number | undefined;
  readonly version: number;
} {
  const random = new Random(seed);
  const between = (low: number, high: number): number => low + random.below(high - low + 1);
  const { world, owner, viewer } = sharing({ seed, views: 20 });

  world.onEffect = (_client, effect) => {
    if (!ON_THE_WAY.includes(effect.kind)) return 'go';
    world.lateMs = between(1, 4_000);
    const fate = between(0, 9);
    return fate < 3 ? 'lose' : fate < 5 ? 'double' : fate < 7 ? 'late' : 'go';
  };
  for (let i = between(2, 5); i > 0; i--) {
    world.call(owner, 'changeRights', { imageId: IMAGE, viewerId: 2, change: changeOf(random) });
    if (between(0, 2) === 0) world.call(viewer, 'view', { imageId: IMAGE });
    world.run(between(0, 3_000));
  }
  world.run(60_000);
  world.onEffect = () => 'go';
  world.run(180_000);
  const row = [...world.cloud.rows.values()][0]!;
  const held = viewer.core!.model.get('held', IMAGE);
  return {
    expected: Math.max(0, row.allowed - (held?.used ?? 0)),
    found: held && left(held),
    version: (held?.version ?? 0) - row.version,
  };
}

function changeOf(random: Random): RightsChange {
  const views = 1 + random.below(9);
  return random.pick<RightsChange>([
    { kind: 'add', views },
    { kind: 'take', views },
    { kind: 'set', views },
    { kind: 'revoke' },
  ]);
}

test(`M6 N9 N10: the highest version wins in ${HISTORIES} histories of changes under loss, duplication and reordering`, (t) => {
  for (let seed = FIRST; seed < FIRST + HISTORIES; seed++) {
    const { expected, found, version } = history(seed);
    t.is(found, expected, `P2PIMG_SEED=${seed}`);
    t.is(version, 0, `P2PIMG_SEED=${seed}`);
  }
});
