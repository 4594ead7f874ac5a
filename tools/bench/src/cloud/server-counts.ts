import type { ServerProcess } from '@p2pimg/e2e';

/** What a server has counted since it began. */
export interface ServerCounts {
  readonly datagrams: number;
  readonly bytes: number;
  readonly retransmitted: number;
  readonly takeovers: number;
  readonly doubled: number;
  readonly duplicates: number;
  readonly turnedAway: number;
}

export const NO_COUNTS: ServerCounts = {
  datagrams: 0,
  bytes: 0,
  retransmitted: 0,
  takeovers: 0,
  doubled: 0,
  duplicates: 0,
  turnedAway: 0,
};

/**
 * Datagrams and bytes sent by this server to anybody, and received by it from clients: over all servers, each datagram is counted once.
 */
export async function countsOf(server: ServerProcess): Promise<ServerCounts> {
  const [status, page] = await Promise.all([server.status(), metricsOf(server)]);
  if (status === undefined || page === undefined) return NO_COUNTS;
  const { takeovers, doubled, duplicates, turnedAway } = status.counters;
  const value = (name: string, port: 'client' | 'peer'): number =>
    Number(new RegExp(`^p2pimg_${name}\\{port="${port}"\\} (\\S+)$`, 'm').exec(page)?.[1] ?? 0);
  const carried = (unit: 'datagrams' | 'bytes'): number =>
    value(`${unit}_sent`, 'client') + value(`${unit}_received`, 'client') + value(`${unit}_sent`, 'peer');
  return {
    datagrams: carried('datagrams'),
    bytes: carried('bytes'),
    retransmitted: value('packets_retransmitted', 'client'),
    takeovers,
    doubled,
    duplicates,
    turnedAway,
  };
}

async function metricsOf(server: ServerProcess): Promise<string | undefined> {
  const answer = await fetch(`${server.statusUrl}/metrics`).catch(() => undefined); // dead
  return answer?.text();
}

/** What happened between two counts. */
export function difference(after: ServerCounts, before: ServerCounts): ServerCounts {
  return combine(after, before, (a, b) => a - b);
}

export function total(counts: readonly ServerCounts[]): ServerCounts {
  return counts.reduce((sum, count) => combine(sum, count, (a, b) => a + b), NO_COUNTS);
}

function combine(one: ServerCounts, other: ServerCounts, by: (a: number, b: number) => number): ServerCounts {
  const names = Object.keys(NO_COUNTS) as (keyof ServerCounts)[];
  return Object.fromEntries(names.map((name) => [name, by(one[name], other[name])])) as unknown as ServerCounts;
}
