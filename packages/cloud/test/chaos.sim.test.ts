import process from 'node:process';
import { sweep } from '@p2pimg/netsim';
import test from 'ava';
import { runWorld } from './chaos/world.ts';
import { runDeath, scenarios, WORLDS } from './scenarios.ts';

const long = process.env.P2PIMG_LONG === '1';

test('E3 N1 without faults each request has one handler, chosen by the leader', (t) => {
  let doubled = 0;
  let moved = 0;
  let requests = 0;
  for (let seed = 1; seed <= 20; seed++) {
    const result = runWorld(WORLDS.quiet, { seed });
    t.deepEqual(result.violations, []);
    doubled += result.facts.doubled ?? 0;
    moved += result.facts.moved ?? 0;
    requests += result.requests;
  }
  t.log(`${requests} requests: ${doubled} doubled, ${moved} moved on`);
  t.true(doubled <= requests / 100);
  t.true(moved <= requests / 100);
});

test('E7 the same seed gives the same run', (t) => {
  t.is(runWorld(WORLDS.chaos, { seed: 7 }).hash, runWorld(WORLDS.chaos, { seed: 7 }).hash);
});

test('S6 E5 when a server dies, what it had is answered within half a second', (t) => {
  const stalls: number[] = [];
  for (let seed = 1; seed <= (long ? 1_000 : 60); seed++) {
    const { violations, responseMs } = runDeath({ seed });
    t.deepEqual(violations, [], `pnpm sim --scenario cloud/death --seed ${seed}`);
    // Only those that the dead server had wait for more than their own work.
    stalls.push(...responseMs.filter((ms) => ms > 60));
  }
  stalls.sort((a, b) => a - b);
  const p99 = stalls[Math.floor(stalls.length * 0.99)] ?? 0;
  t.log(`${stalls.length} requests waited for a take-over: p99 ${p99.toFixed(0)} ms`);
  t.true(stalls.length > 0);
  t.true(p99 <= 500);
});

const SWEEPS = [
  [
    'S6 E5 N1 whoever crashes, freezes or is cut off, each request is answered and has one effect',
    'chaos',
    long ? 10_000 : 600,
  ],
  ['E6 S6 servers that play dead in turns are not noticed', 'token', long ? 300 : 15],
  ['S5 a full server passes requests on, the last one tells the client to come again', 'crowd', long ? 300 : 15],
] as const;

for (const [title, name, seeds] of SWEEPS) {
  test(title, (t) => {
    const scenario = scenarios[name];
    if (scenario === undefined) return t.fail(`no scenario ${name}`);
    const { failures, ...totals } = sweep(`cloud/${name}`, scenario, 1, seeds);
    t.log(JSON.stringify(totals));
    t.deepEqual(failures, []);
  });
}
