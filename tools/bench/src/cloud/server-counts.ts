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
  /** Whose word began a server's work, and why requests moved on: `begun leader`, `moved silent`, … */
  readonly causes: Readonly<Record<string, number>>;
}

export const NO_COUNTS: ServerCounts = {
  datagrams: 0,
  bytes: 0,
  retransmitted: 0,
  takeovers: 0,
  doubled: 0,
  duplicates: 0,
  turnedAway: 0,
  causes: {},
};

/**
 * Datagrams and bytes sent by this server to anybody, and received by it from clients: over all servers, each datagram is counted once.
 */
export async function countsOf(server: ServerProcess): Promise<ServerCounts> {
  const [status, page] = await Promise.all([server.status(), metricsOf(server)]);
  if (status === undefined || page === undefined) return NO_COUNTS;
  const { takeovers, doubled, duplicates, turnedAway, begun, moved } = status.counters;
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
    causes: { ...named('begun', begun), ...named('moved', moved) },
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
  const { causes: _, ...plain } = NO_COUNTS;
  const sums = Object.keys(plain).map((name) => {
    const key = name as keyof typeof plain;
    return [key, by(one[key], other[key])];
  });
  const causes = Object.keys({ ...one.causes, ...other.causes }).sort();
  return {
    ...(Object.fromEntries(sums) as typeof plain),
    causes: Object.fromEntries(causes.map((cause) => [cause, by(one.causes[cause] ?? 0, other.causes[cause] ?? 0)])),
  };
}

function named(prefix: string, counts: Readonly<Partial<Record<string, number>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`${prefix} ${name}`, count ?? 0]));
}
