/** `pnpm bench:flood [--json] [--small] [dgram | offload]…`: how long a new session takes under a flood, beside calm. */

import { type Bench, type Figure, quantile, runBenches } from '@p2pimg/testkit/bench';
import { measureFlood } from './flood.ts';

const flood = (driver: 'dgram' | 'offload'): Bench =>
  async function* ({ small }): AsyncGenerator<Figure> {
    const sessions = small ? 20 : 200;
    const rounds = small ? 1 : 3;
    const calm: number[] = [];
    const flooded: number[] = [];
    for (let round = 0; round < rounds; round++) {
      calm.push(...(await measureFlood({ junk: 0, inits: 0, sessions, driver, timeoutMs: 5_000 })).latencies);
      const result = await measureFlood({ junk: 80_000, inits: 30_000, sessions, driver, timeoutMs: 5_000 });
      flooded.push(...result.latencies);
    }
    const opened = flooded.filter(Number.isFinite);
    const bench = `flood, ${driver}`;
    yield { bench, metric: 'sessions that opened', value: (opened.length / flooded.length) * 100, unit: '%' };
    for (const [metric, q] of [
      ['p50', 0.5],
      ['p99', 0.99],
    ] as const) {
      const value = quantile(opened, q);
      yield { bench, metric, value, unit: 'ms', against: 'calm', ratio: quantile(calm, q) / value };
    }
  };

await runBenches({ dgram: flood('dgram'), offload: flood('offload') });
