/** A run's report for people, and as one line of JSON. */

import type { CloudBenchOptions } from './options.ts';
import type { Times } from './report.ts';
import type { RunReport } from './run.ts';
import { THREAD_KINDS, type ThreadKind } from './usage.ts';

export function reportText(options: CloudBenchOptions, report: RunReport): string {
  const { requests, totalSeconds, requestsPerSecond, failures, failed, responseMs, completeMs, perServer, counts } =
    report;
  const each = (count: number): string => (count / requests).toFixed(1);
  const lines = [
    `${requests} pictures of ${options.bytes} bytes, ${options.inFlight} in flight, ${options.policy}, ${options.directory}` +
      `${options.slowMs > 0 ? `, s1 slower by ${options.slowMs} ms` : ''}` +
      `${report.killed === undefined ? '' : `, ${report.killed.server} killed midway`}`,
    `total            ${totalSeconds.toFixed(2)} s, ${requestsPerSecond.toFixed(0)} requests/s`,
    `failures         ${failures}${failures === 0 ? '' : ` ${JSON.stringify(failed)}`}`,
    `picture back     ${timesText(responseMs)}`,
    `and published    ${timesText(completeMs)}`,
    `by server        ${Object.entries(perServer)
      .map(([server, count]) => `${server} ${count}`)
      .join(', ')}`,
    `take-overs ${counts.takeovers}, begun twice ${counts.doubled}, asked again ${counts.duplicates}, turned away ${counts.turnedAway}`,
    Object.entries(counts.causes)
      .map(([cause, count]) => `${cause} ${count}`)
      .join(', '),
    `for a request    ${each(counts.datagrams)} datagrams, ${each(counts.bytes / 1024)} KiB; ${counts.retransmitted} packets sent again in all`,
    cpuText('servers', report, (name) => !isClient(name)),
    cpuText('clients', report, isClient),
    ...report.processes.map(
      ({ name, cpuSeconds, peakMemoryMb, memoryMb, sockets }) =>
        `${name.padEnd(16)} ${cpuSeconds.toFixed(2)} s CPU, memory ${memoryMb.join(' → ')} MB (peak ${peakMemoryMb}), sockets ${sockets.join(' → ')}`,
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function isClient(name: string): boolean {
  return name.startsWith('client');
}

/** By kind of thread. Clients extract and compare in worker threads. */
function cpuText(who: string, { processes, requests }: RunReport, isOne: (name: string) => boolean): string {
  const some = processes.filter(({ name }) => isOne(name));
  const msOf = (kind: ThreadKind): string =>
    ((1_000 * some.reduce((sum, { threads }) => sum + threads[kind], 0)) / requests).toFixed(2);
  const all = (1_000 * some.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0)) / requests;
  return `CPU of a request ${who} ${all.toFixed(2)} ms: ${THREAD_KINDS.map((kind) => `${kind} ${msOf(kind)}`).join(', ')}`;
}

function timesText({ average, p50, p95, p99, max }: Times): string {
  const ms = (value: number): string => value.toFixed(1);
  return `average ${ms(average)} ms, p50 ${ms(p50)}, p95 ${ms(p95)}, p99 ${ms(p99)}, max ${ms(max)}`;
}

/** Without the single answers: a line that another program reads. */
export function reportJson(options: CloudBenchOptions, { answers: _, ...report }: RunReport): string {
  const { profile: _profile, folder: _folder, ...asked } = options;
  return `${JSON.stringify({ bench: 'cloud', ...asked, ...report })}\n`;
}
