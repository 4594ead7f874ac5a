/** The evaluation's pictures, from what was recorded. */

import { KILOBYTES, SIZES } from './plan.ts';
import type { RunRecord } from './record.ts';
import type { Chart, Line } from './svg.ts';

export type Records = ReadonlyMap<string, RunRecord>;

type Point = readonly [x: number, y: number];

/** Of the original's report: averages in ms (Figure 27) and totals in s (Figure 28) at 100, 1,000 and 10,000 requests. */
const ORIGINAL = {
  roundRobin: { averageMs: [2_285, 2_400, 2_570], totalS: [5, 47, 515] },
  election: { averageMs: [2_240, 1_440, 1_270], totalS: [5, 47, 256] },
} as const;

/** By file name. What was not measured is not drawn. */
export function chartsOf(records: Records): Readonly<Record<string, Chart>> {
  const distribution = (name: string, label: string): Line => ({
    name: label,
    points: (records.get(name)?.quantiles ?? []).map((ms, i): Point => [ms, i]),
  });
  const killed = records.get('killed-10000') ?? records.get('killed-1000');
  const requests = { label: 'requests', log: true };
  return {
    'figure-27': {
      title: 'Average response time (the original: Figure 27)',
      x: requests,
      y: { label: 'ms', log: true },
      lines: drawn([
        published('original, round robin', ORIGINAL.roundRobin.averageMs),
        published('original, election', ORIGINAL.election.averageMs),
        ...ours(records, ({ report }) => report.responseMs.average),
      ]),
    },
    'figure-28': {
      title: 'Total time (the original: Figure 28)',
      x: requests,
      y: { label: 's', log: true },
      lines: drawn([
        published('original, round robin', ORIGINAL.roundRobin.totalS),
        published('original, election', ORIGINAL.election.totalS),
        ...ours(records, ({ report }) => report.totalSeconds),
      ]),
    },
    responses: {
      title: 'Response times, with and without the leader killed midway',
      x: { label: 'ms', log: true },
      y: { label: '% of the answers' },
      lines: drawn([
        distribution('least-outstanding-1000', '1,000 requests'),
        distribution('killed-1000', '1,000, one killed'),
        distribution('least-outstanding-10000', '10,000 requests'),
        distribution('killed-10000', '10,000, one killed'),
      ]),
    },
    servers: {
      title: 'Answers of each server, the leader killed midway',
      x: { label: 's' },
      y: { label: 'requests/s' },
      lines: killed === undefined ? [] : courseOf(killed),
      marks:
        killed?.killedAtMs === undefined
          ? []
          : [{ x: killed.killedAtMs / 1_000, text: `${killed.report.killed?.server} killed` }],
    },
    throughput: {
      title: 'Throughput on one machine of two cores',
      x: { label: 'servers, or clients' },
      y: { label: 'requests/s' },
      lines: drawn([
        along(records, 'servers', 'by servers (3 clients)'),
        along(records, 'clients', 'by clients (3 servers)'),
      ]),
    },
    sizes: {
      title: 'Cost by size of the picture, six in flight',
      x: { label: 'KB', log: true },
      y: { label: 'ms', log: true },
      lines: drawn([
        {
          name: 'average response',
          points: byKilobytes(records, ({ report }) => report.responseMs.average),
        },
        {
          name: 'CPU of all processes',
          points: byKilobytes(records, ({ report }) => cpuMs(report)),
        },
      ]),
    },
  };
}

/** CPU of all processes for one request, in ms. */
export function cpuMs({ processes, requests }: RunRecord['report']): number {
  return (1_000 * processes.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)) / requests;
}

function ours(records: Records, value: (record: RunRecord) => number): readonly Line[] {
  const series = (name: string, prefix: string): Line => ({
    name,
    points: SIZES.flatMap((n): Point[] => {
      const record = records.get(`${prefix}-${n}`);
      return record === undefined ? [] : [[n, value(record)]];
    }),
  });
  return [
    series('round robin', 'round-robin'),
    series('least load', 'least-load'),
    series('least outstanding', 'least-outstanding'),
    series('HTTPS and sharp', 'https-sharp'),
  ];
}

function published(name: string, values: readonly number[]): Line {
  return { name, dashed: true, points: SIZES.map((n, i): Point => [n, values[i]!]) };
}

function courseOf({ course: { stepMs, byServer } }: RunRecord): readonly Line[] {
  return Object.entries(byServer)
    .sort()
    .map(([name, counts]) => ({
      name,
      points: counts.map((count, i): Point => [(i * stepMs) / 1_000, (1_000 * count) / stepMs]),
    }));
}

function along(records: Records, what: 'servers' | 'clients', name: string): Line {
  const points = [1, 2, 3, 4].flatMap((count): Point[] => {
    const record = count === 3 ? records.get('least-outstanding-1000') : records.get(`${what}-${count}`);
    return record === undefined ? [] : [[count, record.report.requestsPerSecond]];
  });
  return { name, points };
}

function byKilobytes(records: Records, value: (record: RunRecord) => number): readonly Point[] {
  return KILOBYTES.flatMap((kilobytes): Point[] => {
    const record = records.get(`kilobytes-${kilobytes}`);
    return record === undefined ? [] : [[kilobytes, value(record)]];
  });
}

function drawn(lines: readonly Line[]): readonly Line[] {
  return lines.filter(({ points }) => points.length > 0);
}
