import test from 'ava';
import { type Fault, type LinkModel, NoProgressError, Random, randomFaults, Simulation } from '../src/index.ts';
import { type PingEvent, type Pinger, pingAdapter } from './ping.ts';

function pair(seed: number, link: Partial<LinkModel> = {}, trace?: (line: string) => void): Simulation<string> {
  const simulation = new Simulation<string>({ seed, link, sizeOf: (m) => m.length, ...(trace && { trace }) });
  simulation.addNode('a', pingAdapter([1]));
  simulation.addNode('b', pingAdapter([]));
  return simulation;
}

const seenBy = (simulation: Simulation<string>, node: number): readonly string[] =>
  simulation.actor<Pinger>(node)?.seen ?? [];

test('the same seed gives the same trace and hash, with all kinds of faults; another seed another', (t) => {
  const run = (seed: number): { hash: string; lines: string[] } => {
    const lines: string[] = [];
    const link = { loss: 0.1, burst: 0.02, burstLength: 3, duplicate: 0.1, reorder: 0.1, reorderMs: 15, jitterMs: 4 };
    const simulation = pair(seed, link, (line) => lines.push(line));
    const weights = { crash: 1, pause: 1, partition: 1, link: 1, skew: 1 };
    const profile = { nodes: 2, fromMs: 50, untilMs: 1500, count: 8, maxMs: 300, weights };
    simulation.schedule(randomFaults(new Random(seed), profile));
    simulation.runUntil(2000);
    return { hash: simulation.hash(), lines };
  };
  for (let seed = 1; seed <= 20; seed++) t.deepEqual(run(seed), run(seed));
  t.not(run(1).hash, run(2).hash);
});

test('a quiet link delivers everything, in order, within its delay', (t) => {
  const simulation = pair(1);
  simulation.runUntil(1000);
  const seen = seenBy(simulation, 1);
  t.true(seen.length > 85 && seen.length <= 100, `${seen.length}`);
  t.deepEqual(
    seen,
    Array.from({ length: seen.length }, (_, i) => `ping ${i + 1}`),
  );
});

test('independent loss has the given rate; bursts take neighbours', (t) => {
  const run = (link: Partial<LinkModel>): number[] => {
    const simulation = pair(4, link);
    simulation.runUntil(100_000);
    return seenBy(simulation, 1).map((text) => Number(text.slice(5)));
  };
  const gaps = (seen: number[]): number[] => seen.slice(1).map((n, i) => n - seen[i]! - 1);
  const independent = gaps(run({ loss: 0.05, jitterMs: 0 }));
  const lost = independent.reduce((sum, gap) => sum + gap, 0);
  t.true(Math.abs(lost / (lost + independent.length) - 0.05) < 0.01);
  const bursts = gaps(run({ burst: 0.01, burstLength: 3, jitterMs: 0 })).filter((gap) => gap > 0);
  t.true(bursts.length > 30 && bursts.every((gap) => gap >= 3));
});

test('duplicates and reordering happen when asked for', (t) => {
  const simulation = pair(9, { duplicate: 0.3, reorder: 0.3, reorderMs: 25 });
  simulation.runUntil(2000);
  const numbers = seenBy(simulation, 1).map((text) => Number(text.slice(5)));
  t.true(new Set(numbers).size < numbers.length);
  t.true(numbers.some((n, i) => i > 0 && n < numbers[i - 1]!));
});

test('a slow line delays by bytes and drops what its queue cannot hold', (t) => {
  const simulation = new Simulation<string>({
    seed: 1,
    link: { bytesPerSecond: 1000, queueBytes: 250 },
    sizeOf: (m) => m.length,
  });
  simulation.addNode('a', pingAdapter([]));
  simulation.addNode('b', pingAdapter([]));
  const text = 'x'.repeat(100);
  for (let i = 0; i < 5; i++) simulation.inject(0, { type: 'say', to: 1, text, reliable: false } satisfies PingEvent);
  simulation.runUntil(150);
  t.is(seenBy(simulation, 1).length, 1);
  simulation.runUntil(1000);
  t.is(seenBy(simulation, 1).length, 2);
});

test('a one-way partition stops one direction, a partition both, and each heals', (t) => {
  const simulation = new Simulation<string>({ seed: 1 });
  simulation.addNode('a', pingAdapter([1]));
  simulation.addNode('b', pingAdapter([0]));
  simulation.runUntil(100);
  const counts = (): [number, number] => [seenBy(simulation, 0).length, seenBy(simulation, 1).length];
  const during = (fault: Fault): [number, number] => {
    simulation.apply(fault);
    const before = counts();
    simulation.runUntil(simulation.now + 99);
    const after = counts();
    simulation.runUntil(simulation.now + 20);
    return [after[0] - before[0], after[1] - before[1]];
  };
  const base = { kind: 'partition', at: 0, from: [0], to: [1], forMs: 100 } as const;
  const oneWay = during({ ...base, oneWay: true });
  t.true(oneWay[0] > 5 && oneWay[1] === 0);
  t.deepEqual(during({ ...base, oneWay: false }), [0, 0]);
  const [a, b] = counts();
  simulation.runUntil(simulation.now + 100);
  t.true(counts()[0] > a && counts()[1] > b);
});

test('a crash forgets everything but the disk; a restart is a new process; senders learn of the closed port', (t) => {
  const simulation = pair(1);
  simulation.runUntil(100);
  simulation.apply({ kind: 'crash', at: 0, node: 1, downMs: 50, disk: 'kept' });
  t.false(simulation.isUp(1));
  simulation.runUntil(145);
  t.true(simulation.actor<Pinger>(0)!.refusals.length > 0);
  simulation.runUntil(152);
  t.true(simulation.isUp(1));
  t.true(seenBy(simulation, 1).length <= 1);
  simulation.apply({ kind: 'crash', at: 0, node: 1, downMs: 10, disk: 'lost' });
  simulation.runUntil(300);
  t.true(simulation.isUp(1));
});

test('a frozen process gets what waited when it thaws, and its timers late', (t) => {
  const simulation = pair(2);
  simulation.runUntil(100);
  const before = seenBy(simulation, 1).length;
  simulation.apply({ kind: 'pause', at: 0, node: 1, forMs: 200 });
  simulation.runUntil(299);
  t.is(seenBy(simulation, 1).length, before);
  t.true(simulation.isFrozen(1));
  simulation.runUntil(301);
  t.true(seenBy(simulation, 1).length - before >= 17);
});

test('reliable messages arrive exactly once through loss and a partition, and die with a session', (t) => {
  const simulation = new Simulation<string>({ seed: 3, link: { loss: 0.5, duplicate: 0.5 } });
  simulation.addNode('a', pingAdapter([]));
  simulation.addNode('b', pingAdapter([]));
  simulation.runUntil(1);
  simulation.apply({ kind: 'partition', at: 0, from: [0], to: [1], oneWay: false, forMs: 500 });
  for (let i = 0; i < 50; i++) simulation.inject(0, { type: 'say', to: 1, text: `${i}`, reliable: true });
  simulation.runUntil(20_000);
  t.deepEqual(
    [...seenBy(simulation, 1)].sort((a, b) => Number(a) - Number(b)),
    Array.from({ length: 50 }, (_, i) => `${i}`),
  );
  simulation.apply({ kind: 'partition', at: 0, from: [0], to: [1], oneWay: false, forMs: 500 });
  simulation.inject(0, { type: 'say', to: 1, text: 'old', reliable: true });
  simulation.runUntil(simulation.now + 10);
  simulation.apply({ kind: 'crash', at: 0, node: 1, downMs: 10, disk: 'kept' });
  simulation.runUntil(simulation.now + 20_000);
  t.deepEqual(seenBy(simulation, 1), []);
});

test('clocks start apart, and a skewed one runs at its own rate', (t) => {
  const simulation = pair(6);
  simulation.runUntil(1);
  t.true(Math.abs(simulation.localTime(0) - simulation.localTime(1)) > 1);
  const start = simulation.localTime(0);
  simulation.apply({ kind: 'skew', at: 0, node: 0, rate: 1.5 });
  simulation.runUntil(1001);
  t.true(Math.abs(simulation.localTime(0) - start - 1500) < 1e-6);
  const timeouts = simulation.actor<Pinger>(0)!.timeouts;
  t.true(timeouts > 125 && timeouts <= 151, `${timeouts}`);
});

test('times never go back for a node', (t) => {
  const simulation = pair(8, { jitterMs: 5, duplicate: 0.2 });
  simulation.schedule([
    { kind: 'skew', at: 100, node: 0, rate: 0.9 },
    { kind: 'pause', at: 200, node: 0, forMs: 90 },
    { kind: 'skew', at: 400, node: 0, rate: 1.1 },
  ]);
  simulation.runUntil(1000);
  const { times } = simulation.actor<Pinger>(0)!;
  t.true(times.every((time, i) => i === 0 || time >= times[i - 1]!));
});

test('a core whose timeout never moves on is named, not waited for', (t) => {
  const simulation = new Simulation<string>({ seed: 1, timerSlackMs: 0 });
  simulation.addNode('stuck', {
    create: ({ now }) => ({ step: () => [], nextTimeout: () => now }),
    timeout: 'timeout',
    message: () => 'message',
    perform: () => undefined,
  });
  t.throws(() => simulation.runUntil(10), { instanceOf: NoProgressError, message: /stuck/ });
});

test('overlapping link changes end each for itself', (t) => {
  const simulation = pair(1);
  const change = (at: number, forMs: number, delayMs: number): Fault => ({
    kind: 'link',
    at,
    from: 0,
    to: 1,
    change: { delayMs },
    forMs,
  });
  simulation.schedule([change(10, 100, 5), change(50, 100, 9)]);
  const delays = [20, 60, 120, 200].map((time) => {
    simulation.runUntil(time);
    return simulation.linkModel(0, 1).delayMs;
  });
  t.deepEqual(delays, [5, 9, 9, 0.2]);
});

test('results come in any order, twice, late or never, as asked for, and not after a crash', (t) => {
  interface Asked {
    readonly result?: number;
  }
  const got: number[] = [];
  const completion = { delayMs: 2, jitterMs: 5, duplicate: 0.2, late: 0.2, lateMs: 50, never: 0.2 };
  const simulation = new Simulation<never>({ seed: 1, completion });
  simulation.addNode<Asked, number>('a', {
    create: () => ({
      step: (_, { result }) => {
        if (result === undefined) return Array.from({ length: 200 }, (__, i) => i);
        got.push(result);
        return [];
      },
      nextTimeout: () => undefined,
    }),
    timeout: {},
    message: () => ({}),
    perform: (effect, io) => io.complete({ result: effect }),
  });
  simulation.inject(0, {});
  simulation.runUntil(20);
  const early = got.length;
  simulation.runUntil(200);
  const distinct = new Set(got).size;
  t.true(distinct > 140 && distinct < 180, `${distinct}`);
  t.true(got.length > distinct + 15, 'some twice');
  t.true(got.length > early, 'some late');
  t.true(
    got.some((n, i) => i > 0 && n < got[i - 1]!),
    'out of order',
  );
  simulation.inject(0, {});
  simulation.runUntil(201);
  simulation.apply({ kind: 'crash', at: 0, node: 0, downMs: 1, disk: 'kept' });
  const before = got.length;
  simulation.runUntil(400);
  t.is(got.length, before);
});
