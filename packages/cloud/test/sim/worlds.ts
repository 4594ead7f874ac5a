import { type Fault, Random, randomFaults, type ScenarioOptions } from '@p2pimg/netsim';
import { type CloudPlan, type CloudResult, CloudWorld } from './cloud-world.ts';
import { NO_TROUBLE } from './directory/directory-actor.ts';
import type { Extra } from './people/wishes.ts';

export function runCloud(plan: CloudPlan, options: ScenarioOptions): CloudResult {
  const world = new CloudWorld(plan, options);
  world.run();
  return world.result();
}

const ORDINARY: Extra = { rotations: 0.5, views: 0 };

/** No fault, no loss, about fifty requests in flight at any time. */
export const BUSY: CloudPlan = {
  servers: 3,
  people: 25,
  requests: 10_000,
  habits: { pauseMs: 8, open: 4, cancel: 0, giveUp: 0, extra: ORDINARY },
  calmMs: 2_000,
  leastMs: 0,
  link: {},
  completion: { delayMs: 20, jitterMs: 100 },
  trouble: NO_TROUBLE,
  faults: [],
  refuses: false,
  limits: {},
  failureToken: undefined,
  shortSighted: 0,
};

/** No fault, but everything takes long: a message up to 80 ms. */
export const SLOW: CloudPlan = { ...BUSY, requests: 1_500, link: { jitterMs: 80 } };

/** No fault, and the leader dies: until it is missed, servers choose by themselves. */
export function leaderDies(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  const death: Fault = { kind: 'crash', at: 1_000 + (seed % 100), node: 0, disk: 'lost' };
  // Priorities are random: whichever of the three leads, it dies with some of the seeds.
  const habits = { ...BUSY.habits, pauseMs: 50 };
  return { ...BUSY, habits, requests: 1_200, faults: given ?? [{ ...death, node: seed % 3 }] };
}

/** Work that is done at once, and any of three servers dies: how long do those wait whose requests it had? */
export function serverDies(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  const death: Fault = { kind: 'crash', at: 1_000 + ((seed * 37) % 900), node: seed % 3, disk: 'lost' };
  const habits = { ...BUSY.habits, pauseMs: 50 };
  return { ...BUSY, habits, requests: 1_000, completion: { jitterMs: 20 }, faults: given ?? [death] };
}

/** More pictures than worker ports, on all servers together. */
export const CROWD: CloudPlan = {
  ...BUSY,
  people: 6,
  requests: 300,
  habits: { ...BUSY.habits, pauseMs: 20, open: 8 },
  limits: { workers: 1, workersPerAddress: 1, workersPerClient: 1, queue: 3, queuePerClient: 3 },
};

/** No faults but those of the directory: one call in thirty fails, or seems to. */
export const DIRECTORY_STUTTERS: CloudPlan = {
  ...BUSY,
  requests: 400,
  habits: { ...BUSY.habits, pauseMs: 50 },
  completion: {},
  trouble: { ...NO_TROUBLE, unknownOutcome: 0.03 },
};

/** Two of five people hold worker ports and never send a picture: on one server that has just as many ports as they may have. */
export const DRIP: CloudPlan = {
  ...BUSY,
  servers: 1,
  people: 5,
  requests: 200,
  habits: { ...BUSY.habits, pauseMs: 60, open: 6 },
  completion: {},
  drips: 2,
  limits: { workers: 4, workersPerAddress: 2, workersPerClient: 2, queue: 40, queuePerClient: 8 },
};

/** Servers play dead in turns, one after the other without a break, and some really die meanwhile. */
export function playDead(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  const random = new Random(seed ^ 0xdead);
  const servers = random.pick([2, 3, 3, 4]);
  const weights = { crash: 2, pause: 2, partition: 2, skew: 1 };
  const drawn = (): readonly Fault[] =>
    randomFaults(random, { nodes: servers + 1, fromMs: 500, untilMs: 4_000, maxMs: 600, count: 2, weights });
  return {
    ...chaos(seed, []),
    servers,
    people: 4,
    requests: 80,
    habits: { pauseMs: 150, open: 8, cancel: 0.05, giveUp: 0.03, extra: ORDINARY },
    faults: given ?? drawn(),
    calmMs: 4_700,
    failureToken: { holdMs: 600, intervalMs: 50 },
  };
}

/** Everything at once, and between all processes the real transport with its handshakes and its sealing. */
export function wired(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  return { ...chaos(seed, given), wire: { convergeMs: 2_500 } };
}

/** Everything at once, and keys are replaced all the time, while what was asked for under the old ones is on its way. */
export function newKeys(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  const plan = chaos(seed, given);
  const { pauseMs } = plan.habits;
  const habits = { ...plan.habits, pauseMs: pauseMs / 3, open: 3, extra: { rotations: 12, views: 8 } };
  return { ...plan, requests: 3 * plan.requests, habits };
}

const FEW: CloudPlan['limits'] = {
  workers: 1,
  workersPerAddress: 1,
  workersPerClient: 1,
  queue: 1,
  queuePerClient: 1,
  requests: 30,
};
const CALM_MS = 4_000;

/** Everything at once: a small cloud with few people, and whatever can go wrong. */
export function chaos(seed: number, given: readonly Fault[] | undefined): CloudPlan {
  const random = new Random(seed ^ 0xc4a0);
  const servers = random.pick([1, 2, 3, 3, 3, 3, 4, 5]);
  const people = 2 + random.below(3);
  const requests = 22 + random.below(10);
  const faults = given ?? chaosFaults(random, servers, people);
  const rough = random.chance(0.7);
  return {
    servers,
    people,
    requests,
    habits: { pauseMs: (2_400 * people) / requests, open: 12, cancel: 0.05, giveUp: 0.03, extra: ORDINARY },
    calmMs: CALM_MS,
    leastMs: 5_000,
    link: { loss: random.pick([0, 0.01, 0.05]), duplicate: 0.02, jitterMs: random.pick([0.1, 5]) },
    completion: { jitterMs: 40, ...(rough && { duplicate: 0.05, late: 0.05, lateMs: 400, never: 0.01 }) },
    trouble: rough ? { unknownOutcome: 0.03, answerTwice: 0.03, answerNever: 0.01 } : NO_TROUBLE,
    faults,
    refuses: random.chance(0.5),
    limits: random.chance(0.3) ? FEW : {},
    failureToken: undefined,
    shortSighted: random.below(2),
  };
}

function chaosFaults(random: Random, servers: number, people: number): readonly Fault[] {
  const everybody = servers + 1 + (random.chance(0.3) ? people : 0);
  const common = { fromMs: 250, untilMs: 3_200, maxMs: 800 };
  const faults = randomFaults(random, {
    ...common,
    nodes: everybody,
    count: 2 + random.below(4),
    weights: { crash: 3, pause: 2, partition: 3, link: 2, skew: 1 },
  });
  if (random.chance(0.3)) {
    const node = servers + 1 + random.below(people);
    faults.push({ kind: 'signal', at: 500 + random.below(2_500), node, signal: 'reconnect' });
  }
  return [...faults, ...farewells(random, servers), ...blindness(random, servers, people)].sort((a, b) => a.at - b.at);
}

/** Some servers go for good, killed or drained first; one stays. */
function farewells(random: Random, servers: number): readonly Fault[] {
  const faults: Fault[] = [];
  for (let node = 1; node < servers; node++) {
    if (!random.chance(0.15)) continue;
    const at = 500 + random.below(2_500);
    const drains = random.chance(0.5);
    if (drains) faults.push({ kind: 'signal', at, node, signal: 'SIGTERM' });
    const downMs = random.chance(0.5) ? { downMs: 300 + random.below(500) } : {};
    faults.push({ kind: 'crash', at: drains ? at + 400 : at, node, disk: 'kept', ...downMs });
  }
  return faults;
}

/** Somebody cannot reach a server any more and does not know it: others have to notice. */
function blindness(random: Random, servers: number, people: number): readonly Fault[] {
  if (servers === 1 || !random.chance(0.3)) return [];
  // The first one may reach no other server anyway.
  const person = servers + 2 + random.below(people - 1);
  const server = 1 + random.below(servers - 1);
  const oneWay = random.chance(0.5);
  return [{ kind: 'partition', at: random.below(1_000), from: [person], to: [server], oneWay, forMs: 60_000 }];
}
