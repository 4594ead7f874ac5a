import type { Scenario } from '@p2pimg/netsim';
import {
  BUSY,
  CROWD,
  chaos,
  DRIP,
  leaderDies,
  newKeys,
  playDead,
  runCloud,
  SLOW,
  serverDies,
  wired,
} from './sim/worlds.ts';

export const scenarios: Readonly<Record<string, Scenario>> = {
  everything: {
    about:
      'A whole cloud and people who use all of it, while anything goes wrong: what was promised is kept, once, and nothing is left over.',
    run: (options) => runCloud(chaos(options.seed, options.faults), options),
  },
  wired: {
    about: 'Everything, over the real transport: handshakes, sealing, retransmission, lost sessions.',
    run: (options) => runCloud(wired(options.seed, options.faults), options),
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
  slow: {
    about: 'Fifty requests in flight on slow machines: they are waited for, and nothing is begun twice.',
    run: (options) => runCloud(SLOW, options),
  },
  crowd: {
    about: 'More pictures than workers: requests queue, are passed on, or are told to come again.',
    run: (options) => runCloud({ ...CROWD, faults: options.faults ?? [] }, options),
  },
  'server-dies': {
    about: 'One of three servers dies for good: the others take its requests over at once.',
    run: (options) => runCloud(serverDies(options.seed, options.faults), options),
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
