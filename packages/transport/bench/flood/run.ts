/** `node --conditions=@p2pimg/source bench/flood/run.ts [--json] [--small]`: how long a new session takes under a flood, beside calm. */
import { parseArgs } from 'node:util';
import { quantile } from '../measure.ts';
import { measureFlood } from './flood.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean' }, small: { type: 'boolean' } } });
const sessions = values.small === true ? 20 : 200;
const rounds = values.small === true ? 1 : 3;
const driver = 'offload';

const calm: number[] = [];
const flooded: number[] = [];
for (let round = 0; round < rounds; round++) {
  calm.push(...(await measureFlood({ junk: 0, inits: 0, sessions, driver, timeoutMs: 5_000 })).latencies);
  flooded.push(...(await measureFlood({ junk: 80_000, inits: 30_000, sessions, driver, timeoutMs: 5_000 })).latencies);
}
for (const [metric, q] of [
  ['p50', 0.5],
  ['p99', 0.99],
] as const) {
  const value = quantile(flooded, q);
  const anchor = quantile(calm, q);
  const line = { bench: 'flood', metric, value, unit: 'ms', against: 'calm', anchor, ratio: value / anchor };
  console.log(
    values.json === true
      ? JSON.stringify(line)
      : `flood ${metric} ${value.toFixed(1)} ms, calm ${anchor.toFixed(1)} ms`,
  );
}
const failed = flooded.filter((latency) => !Number.isFinite(latency)).length;
if (values.json !== true) console.log(`${failed} of ${flooded.length} sessions failed under the flood`);
