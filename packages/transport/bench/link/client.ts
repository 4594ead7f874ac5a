import { randomBytes } from 'node:crypto';
import { quantile } from '@p2pimg/testkit/bench';
import type { ContenderName, ServerAddress } from '../contender.ts';
import { moduleOf } from '../server.ts';
import { DOWN, inFlight, time, UP } from '../work.ts';

/** What the far end is asked to do. */
export type Order =
  /** Makes that many bytes; what is measured begins after it. */
  | { readonly do: 'prepare'; readonly bytes: number }
  /** Uploads what was prepared; answered when it has arrived, if anybody waits for it. */
  | { readonly do: 'bulk' }
  | { readonly do: 'pool'; readonly exchanges: number; readonly inFlight: number }
  | { readonly do: 'packets' };

export interface PoolFigures {
  readonly perSecond: number;
  readonly p99Ms: number;
}

if (process.send !== undefined && process.argv[2] === 'client') {
  const [, , , name, server] = process.argv as [string, string, string, ContenderName, string];
  const contender = await moduleOf(name).connect(name, JSON.parse(server) as ServerAddress);
  let content = new Uint8Array(0);
  const obey = async (order: Order): Promise<unknown> => {
    if (order.do === 'packets') return contender.packets?.() ?? null;
    if (order.do === 'prepare') {
      content = randomBytes(order.bytes);
      return null;
    }
    if (order.do === 'bulk') return contender.bulk(content).then(() => null);
    const up = randomBytes(UP);
    const times: number[] = [];
    const one = async (): Promise<void> => void times.push(await time(async () => contender.exchange?.(up, DOWN)));
    const ms = await time(() => inFlight(order.inFlight, order.exchanges, one));
    return { perSecond: (order.exchanges / ms) * 1e3, p99Ms: quantile(times, 0.99) } satisfies PoolFigures;
  };
  process.on('message', (order: Order) => void obey(order).then((answer) => process.send?.(answer)));
  process.send('connected');
}
