import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '../client.ts';
import { Match } from '../match.ts';
import { PATHS, type PathName } from './conditions.ts';
import { HOSTS, Link } from './link.ts';

/** Who goes over the link. */
export type Traveller = 'ours' | 'udx' | 'quinn' | 'tcp-cubic' | 'tcp-bbr';

export interface LinkSizes {
  /** How long a flow runs. */
  readonly seconds: number;
  readonly exchanges: number;
  readonly inFlight: number;
  readonly rounds: number;
}

export const FULL_LINK: LinkSizes = { seconds: 4, exchanges: 600, inFlight: 50, rounds: 3 };
export const SMALL_LINK: LinkSizes = { seconds: 1, exchanges: 20, inFlight: 5, rounds: 1 };

/** More than the link carries in the time. */
const BULK_BYTES_PER_SECOND = 15e6;

/** The server at the near end, the client at the far one. */
const over = (link: Link, traveller: Traveller): Promise<Match> =>
  Match.open(traveller, {
    host: HOSTS.near,
    run: (side, module, args) => link.run(side === 'server' ? 'near' : 'far', module, args),
  });

async function onLink<T>(path: PathName, seed: number, work: (link: Link) => Promise<T>): Promise<T> {
  const link = await Link.open(PATHS[path], seed);
  try {
    return await work(link);
  } finally {
    await link.close();
  }
}

export interface BulkFigures {
  /** Payload delivered, from the start on. */
  readonly megabitsPerSecond: number;
  /** Shares of the datagrams that repeat something, and that do so for nothing; where the contender tells. */
  readonly repeated: number | undefined;
  readonly spurious: number | undefined;
}

/** One upload that lasts as long as the bench. */
export function bulkOver(path: PathName, traveller: Traveller, sizes: LinkSizes, seed: number): Promise<BulkFigures> {
  return onLink(path, seed, async (link) => {
    const match = await over(link, traveller);
    await match.ask('prepare', { bytes: sizes.seconds * BULK_BYTES_PER_SECOND });
    match.start('bulk', {});
    await sleep(sizes.seconds * 1e3);
    const { received } = await match.report();
    const packets = await match.ask('packets', {});
    const share = (count: number | undefined): number | undefined =>
      packets === null || count === undefined ? undefined : count / packets.sent;
    const megabitsPerSecond = (received * 8) / 1e6 / sizes.seconds;
    return { megabitsPerSecond, repeated: share(packets?.repeated), spurious: share(packets?.spurious) };
  });
}

/** Somewhat more than the line carries, so that it is never idle. */
const FLOOD_MBITS = 110;

/** Payload in Mbit/s that arrives of datagrams of `bytes` that nobody controls, `payload` of each: the most that any flow can reach. */
export function lineOver(
  path: PathName,
  { bytes, payload }: { readonly bytes: number; readonly payload: number },
  { seconds }: LinkSizes,
  seed: number,
): Promise<number> {
  return onLink(path, seed, async (link) => {
    const module = new URL('./line.ts', import.meta.url);
    const receiver = link.run('near', module, ['receive', HOSTS.near]);
    const [{ port }] = (await once(receiver, 'message')) as [{ port: number }];
    link.run('far', module, ['send', HOSTS.near, `${port}`, `${bytes}`, `${FLOOD_MBITS}`]);
    const received = async (): Promise<number> => {
      receiver.send('report');
      const [report] = (await once(receiver, 'message')) as [{ received: number }];
      return report.received;
    };
    await sleep(1_000);
    const [before, start] = [await received(), performance.now()];
    await sleep(seconds * 1e3);
    const arrived = (await received()) - before;
    return (arrived * (payload / bytes) * 8) / 1e3 / (performance.now() - start);
  });
}

/** Exchanges before those that count, as many times as are in flight. */
const WARM_UP_TURNS = 2;

/** Many small exchanges at once. */
export function poolOver(
  path: PathName,
  traveller: Traveller,
  { exchanges: count, inFlight }: LinkSizes,
  seed: number,
): Promise<Answer<'exchanges'>> {
  return onLink(path, seed, async (link) => {
    const match = await over(link, traveller);
    // Long-lived sessions are asked for: they have started up.
    await match.ask('exchanges', { way: 'exchange', count: WARM_UP_TURNS * inFlight, inFlight });
    return match.ask('exchanges', { way: 'exchange', count, inFlight });
  });
}

/** The first one's share of what two flows carry side by side, after a second in which both find their pace. */
export function shareOver(
  path: PathName,
  travellers: readonly [Traveller, Traveller],
  sizes: LinkSizes,
  seed: number,
): Promise<number> {
  return onLink(path, seed, async (link) => {
    const matches = [await over(link, travellers[0]), await over(link, travellers[1])];
    const received = (): Promise<number[]> =>
      Promise.all(matches.map(async (match) => (await match.report()).received));
    for (const match of matches) await match.ask('prepare', { bytes: (sizes.seconds + 1) * BULK_BYTES_PER_SECOND });
    for (const match of matches) match.start('bulk', {});
    await sleep(1_000);
    const before = await received();
    await sleep(sizes.seconds * 1e3);
    const after = await received();
    const [first, second] = after.map((count, i) => count - before[i]!) as [number, number];
    return first / (first + second);
  });
}
