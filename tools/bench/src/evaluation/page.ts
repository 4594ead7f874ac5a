/** docs/results.md between its marks: tables and pictures. What is around them is written by hand. */

import { timesOf } from '../cloud/report.ts';
import { cpuMs, type Records } from './charts.ts';
import { planOf } from './plan.ts';
import type { RunRecord } from './record.ts';

export const BEGIN = '<!-- evaluation:begin -->';
export const END = '<!-- evaluation:end -->';

const HEADER = `| run | total s | requests/s | failures | response ms: average | p50 | p95 | p99 | max | take-overs | begun twice | datagrams | KiB | CPU ms | peak MB of a server | made |
|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|`;

export function pageOf(records: Records, charts: readonly string[]): string {
  const rows = planOf(false).flatMap(({ name }) => {
    const record = records.get(name);
    return record === undefined ? [] : [rowOf(record)];
  });
  const pictures = charts.map((name) => `![${name}](results/${name}.svg)`);
  return [BEGIN, '', HEADER, ...rows, '', ...comparisonsOf(records), '', ...pictures, '', END].join('\n');
}

/** The page with its part between the marks replaced. @throws Error when there are none */
export function withPart(page: string, part: string): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`the page has no ${BEGIN} … ${END}`);
  return page.slice(0, begin) + part + page.slice(end + END.length);
}

function rowOf({ name, report, date }: RunRecord): string {
  const { totalSeconds, requestsPerSecond, failures, responseMs, counts, requests, processes } = report;
  const servers = processes.filter((process) => process.name.startsWith('s'));
  const each = (count: number | undefined): string => (count === undefined ? '' : (count / requests).toFixed(1));
  const cells = [
    name,
    totalSeconds.toFixed(2),
    requestsPerSecond.toFixed(0),
    failures,
    ...[responseMs.average, responseMs.p50, responseMs.p95, responseMs.p99, responseMs.max].map((ms) => ms.toFixed(0)),
    counts?.takeovers ?? '',
    counts?.doubled ?? '',
    each(counts?.datagrams),
    each(counts && counts.bytes / 1_024),
    cpuMs(report).toFixed(2),
    Math.max(0, ...servers.map(({ peakMemoryMb }) => peakMemoryMb)),
    date,
  ];
  return `| ${cells.join(' | ')} |`;
}

/** Medians of the rounds that both have. */
function comparisonsOf(records: Records): readonly string[] {
  const median = (prefix: string, value: (report: RunRecord['report']) => number): number | undefined => {
    const values = [...records.values()]
      .filter(({ name }) => name === prefix || name.startsWith(`${prefix}-round-`))
      .map(({ report }) => value(report));
    return values.length === 0 ? undefined : timesOf(values).p50;
  };
  const lines: string[] = [];
  const compare = (what: string, one: string, other: string, value: (report: RunRecord['report']) => number): void => {
    const [a, b] = [median(one, value), median(other, value)];
    if (a !== undefined && b !== undefined) lines.push(`- ${what}: ${one} is ${(a / b).toFixed(2)} of ${other}`);
  };
  for (const n of [1_000, 10_000]) {
    compare('total time', `least-outstanding-${n}`, `https-sharp-${n}`, (report) => report.totalSeconds);
    compare('average response', `least-outstanding-${n}`, `round-robin-${n}`, (report) => report.responseMs.average);
  }
  compare(
    'average response with one slow server',
    'slow-least-outstanding-1000',
    'slow-round-robin-1000',
    (report) => report.responseMs.average,
  );
  return lines;
}
