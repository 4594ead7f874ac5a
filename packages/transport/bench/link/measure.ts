import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Packets, ServerAddress, ServerReport } from '../contender.ts';
import type { Order, PoolFigures } from './client.ts';
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

/** One client at the far end and its server at the near one. */
class Flow {
  readonly #server: ChildProcess;
  readonly #client: ChildProcess;

  private constructor(server: ChildProcess, client: ChildProcess) {
    this.#server = server;
    this.#client = client;
  }

  static async open(link: Link, traveller: Traveller): Promise<Flow> {
    const server = link.run('near', new URL('../server.ts', import.meta.url), ['serve', traveller, HOSTS.near]);
    const [address] = (await once(server, 'message')) as [ServerAddress];
    const client = link.run('far', new URL('./client.ts', import.meta.url), [
      'client',
      traveller,
      JSON.stringify(address),
    ]);
    await once(client, 'message');
    return new Flow(server, client);
  }

  start(order: Order): void {
    this.#client.send(order);
  }

  async ask<T>(order: Order): Promise<T> {
    this.start(order);
    const [answer] = (await once(this.#client, 'message')) as [T];
    return answer;
  }

  async received(): Promise<number> {
    this.#server.send('report');
    const [report] = (await once(this.#server, 'message')) as [ServerReport];
    return report.received;
  }
}

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
    const flow = await Flow.open(link, traveller);
    await flow.ask({ do: 'prepare', bytes: sizes.seconds * BULK_BYTES_PER_SECOND });
    flow.start({ do: 'bulk' });
    await sleep(sizes.seconds * 1e3);
    const received = await flow.received();
    const packets = await flow.ask<Packets | null>({ do: 'packets' });
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

/** Many small exchanges at once. */
export function poolOver(path: PathName, traveller: Traveller, sizes: LinkSizes, seed: number): Promise<PoolFigures> {
  return onLink(path, seed, async (link) => {
    const flow = await Flow.open(link, traveller);
    return flow.ask<PoolFigures>({ do: 'pool', exchanges: sizes.exchanges, inFlight: sizes.inFlight });
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
    const flows = [await Flow.open(link, travellers[0]), await Flow.open(link, travellers[1])];
    for (const flow of flows) await flow.ask({ do: 'prepare', bytes: (sizes.seconds + 1) * BULK_BYTES_PER_SECOND });
    for (const flow of flows) flow.start({ do: 'bulk' });
    await sleep(1_000);
    const before = await Promise.all(flows.map((flow) => flow.received()));
    await sleep(sizes.seconds * 1e3);
    const after = await Promise.all(flows.map((flow) => flow.received()));
    const [first, second] = after.map((count, i) => count - before[i]!) as [number, number];
    return first / (first + second);
  });
}
