import {
  type FaultProfile,
  type LinkModel,
  Random,
  randomFaults,
  type Scenario,
  type ScenarioOptions,
  type ScenarioResult,
} from '@p2pimg/netsim';
import { Cloud, type CloudOptions } from './cloud.ts';
import { Invariants } from './invariants.ts';

const HEARTBEAT_MS = 50;
/** When faults end. */
const CALM_MS = 4_000;
/**
 * From calm to agreement: what fell silent at the last moment is confirmed dead or refuted within 262 ms, a process that
 * starts then joins within 200 ms, and five heartbeats later all views are the same.
 */
const SETTLE_MS = 262 + 200 + 5 * HEARTBEAT_MS;

type Profile = Omit<FaultProfile, 'nodes' | 'fromMs' | 'untilMs'>;

function scenario(about: string, profile: Profile, more: Partial<CloudOptions> = {}): Scenario {
  return { about, run: (options) => run(options, profile, more) };
}

function run(options: ScenarioOptions, profile: Profile, more: Partial<CloudOptions>): ScenarioResult {
  const { seed, trace } = options;
  const dice = new Random(seed);
  const servers = dice.pick([2, 3, 3, 3, 5]);
  const untilMs = CALM_MS - profile.maxMs;
  const faults = options.faults ?? randomFaults(dice, { ...profile, nodes: servers, fromMs: 0, untilMs });
  const loads = Array.from({ length: servers }, () => dice.pick([0, 0.5, dice.float()]));
  const link: Partial<LinkModel> = { loss: dice.pick([0, 0.01, 0.05]), duplicate: 0.02, jitterMs: dice.pick([0.1, 5]) };
  const invariants = new Invariants();
  const cloud: Cloud = new Cloud({
    servers,
    seed,
    loads,
    link,
    refuses: dice.chance(0.5),
    ...more,
    ...(trace && { trace }),
    onFact: (node, fact) => invariants.onFact(cloud, node, fact),
  });
  cloud.simulation.onStep = (node) => invariants.afterStep(cloud, node);
  cloud.simulation.schedule(faults);
  cloud.simulation.runUntil(CALM_MS);
  for (let a = 0; a < servers; a++)
    for (let b = 0; b < servers; b++) cloud.simulation.setLink(a, b, { loss: 0, duplicate: 0 });
  const end = CALM_MS + SETTLE_MS + (more.token ? (more.token.holdMs ?? 0) * 2 : 0);
  cloud.simulation.runUntil(end);
  if (more.token === undefined) invariants.checkAgreement(cloud);
  return { hash: cloud.simulation.hash(), violations: invariants.violations, faults, virtualMs: end, requests: 0 };
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  chaos: scenario('crashes, pauses, partitions, bad links, skewed clocks; afterwards all servers agree', {
    count: 5,
    maxMs: 800,
    weights: { crash: 3, pause: 2, partition: 3, link: 2, skew: 1 },
  }),
  partitions: scenario('partitions, one-way ones too; afterwards all servers agree', {
    count: 4,
    maxMs: 1_200,
    weights: { partition: 1 },
  }),
  token: scenario(
    'the failure token with real crashes and pauses: never two servers play dead at once',
    { count: 3, maxMs: 600, weights: { crash: 2, pause: 2, partition: 1 } },
    { token: { holdMs: 400, intervalMs: 300 } },
  ),
};
