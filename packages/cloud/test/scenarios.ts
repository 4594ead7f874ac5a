import type { Crash, Scenario, ScenarioOptions } from '@p2pimg/netsim';
import { runWorld, type WorldOptions, type WorldResult } from './chaos/world.ts';
import { BUSY, chaos, DRIP, leaderDies, newKeys, playDead, runCloud } from './sim/worlds.ts';

const CALM: WorldOptions = {
  servers: 3,
  clients: 3,
  requests: 60,
  startMs: 1_000,
  untilMs: 3_000,
  settleMs: 20_000,
  trouble: { unavailable: 0, answerTwice: 0, answerNever: 0 },
  faults: 0,
  maxFaultMs: 0,
  encodes: 0.5,
};

export const WORLDS: Readonly<Record<'quiet' | 'chaos' | 'token' | 'crowd', WorldOptions>> = {
  quiet: CALM,
  chaos: {
    ...CALM,
    requests: 25,
    untilMs: 4_500,
    settleMs: 60_000,
    link: { loss: 0.01, duplicate: 0.02, jitterMs: 1 },
    trouble: { unavailable: 0.03, answerTwice: 0.03, answerNever: 0.005 },
    faults: 3,
    maxFaultMs: 1_200,
    encodes: 0.4,
  },
  token: {
    ...CALM,
    untilMs: 12_000,
    failureToken: { holdMs: 1_500, intervalMs: 1_000 },
  },
  crowd: {
    ...CALM,
    requests: 60,
    untilMs: 1_300,
    encodes: 1,
    limits: { workers: 1, workersPerClient: 1, queue: 3, queuePerClient: 3 },
  },
};

/** A response that takes longer than this when one server dies has waited for more than its death. */
const LONGEST_STALL_MS = 1_000;

/** One of three servers dies for good at a time that the seed gives. */
export function runDeath({ seed, ...options }: ScenarioOptions): WorldResult {
  const death: Crash = { kind: 'crash', node: seed % 3, at: 1_000 + ((seed * 37) % 2_000), disk: 'lost' };
  const result = runWorld(WORLDS.quiet, { faults: [death], ...options, seed });
  const longest = Math.max(...result.responseMs);
  if (longest <= LONGEST_STALL_MS) return result;
  return { ...result, violations: [...result.violations, `a client waited ${Math.round(longest)} ms`] };
}

export const scenarios: Readonly<Record<string, Scenario>> = {
  quiet: {
    about: 'Without faults every request is answered once.',
    run: (options) => runWorld(WORLDS.quiet, options),
  },
  chaos: {
    about:
      'Servers crash, freeze and lose each other, the directory fails and stutters: every request is answered, with one effect.',
    run: (options) => runWorld(WORLDS.chaos, options),
  },
  death: {
    about: 'One of three servers dies for good: the others take its requests over at once.',
    run: runDeath,
  },
  token: {
    about: 'Servers play dead in turns: clients notice a delay and nothing else.',
    run: (options) => runWorld(WORLDS.token, options),
  },
  crowd: {
    about: 'More pictures than workers: requests queue, are passed on, or are told to come again.',
    run: (options) => runWorld(WORLDS.crowd, options),
  },
  everything: {
    about:
      'A whole cloud and people who use all of it, while anything goes wrong: what was promised is kept, once, and nothing is left over.',
    run: (options) => runCloud(chaos(options.seed, options.faults), options),
  },
  'new-keys': {
    about: 'Everything, and keys are replaced all the time: what was done before is answered as it was.',
    run: (options) => runCloud(newKeys(options.seed, options.faults), options),
  },
  drip: {
    about: 'Worker ports are held by people who never send their pictures: the others get theirs all the same.',
    run: (options) => runCloud(DRIP, options),
  },
  busy: {
    about: 'Fifty requests in flight and no faults: hardly any is begun twice, or by nobody.',
    run: (options) => runCloud(BUSY, options),
  },
  'leader-dies': {
    about: 'Until a dead leader is missed, servers agree on handlers without it.',
    run: (options) => runCloud(leaderDies(options.seed, options.faults), options),
  },
  'play-dead': {
    about:
      'Servers play dead in turns, and some really die meanwhile: never two at once, and what is promised is kept.',
    run: (options) => runCloud(playDead(options.seed, options.faults), options),
  },
};
