import { sweep } from '@p2pimg/netsim';
import test from 'ava';
import { scenarios } from './scenarios.ts';
import { DIRECTORY_STUTTERS, runCloud } from './sim/worlds.ts';

const SEEDS = 4_000;

test(`S6 E1 E5 E7 N1 N2 N4 ${SEEDS} seeds of cloud/everything: whatever goes wrong, what was promised is kept, once`, (t) => {
  const { failures, ...totals } = sweep('cloud/everything', scenarios.everything!, 1, SEEDS);
  t.log(JSON.stringify(totals));
  t.deepEqual(failures, []);
  t.true(totals.virtualMs >= 5_000 * SEEDS);
  t.true(totals.requests >= 20 * SEEDS);
  t.true(totals.faults >= 2 * SEEDS);
});

test('S6 an error of one server is made good by another at once, not at the next retransmission', (t) => {
  const waits: number[] = [];
  for (let seed = 1; seed <= 4; seed++) {
    const { violations, secondTryMs } = runCloud(DIRECTORY_STUTTERS, { seed });
    t.deepEqual(violations, []);
    waits.push(...secondTryMs);
  }
  waits.sort((a, b) => a - b);
  t.true(waits.length >= 50);
  // Clients send again after 300 ms by themselves.
  t.true(waits[waits.length >> 1]! < 20, `median ${waits[waits.length >> 1]} ms`);
  t.true(waits.at(-1)! < 300, `longest ${waits.at(-1)} ms`);
});

const DEAD_SEEDS = 600;

test(`E6 S6 ${DEAD_SEEDS} seeds of cloud/play-dead: never two at once, and what is promised is kept`, (t) => {
  const { failures, ...totals } = sweep('cloud/play-dead', scenarios['play-dead']!, 1, DEAD_SEEDS);
  t.log(JSON.stringify(totals));
  t.deepEqual(failures, []);
});

test('E6 S4 a worker port that opens while its server plays dead is closed afterwards', (t) => {
  for (const seed of [672, 1_454, 1_952]) {
    t.deepEqual(
      scenarios['play-dead']!.run({ seed }).violations,
      [],
      `pnpm sim --scenario cloud/play-dead --seed ${seed}`,
    );
  }
});
