/** Three processes on one file: how evenly they share it, and how long each one's event loop stands still. */

import { fileURLToPath } from 'node:url';
import { openDirectory } from '@p2pimg/directory';
import { runNode, tempDir } from '@p2pimg/testkit';
import { type BenchOptions, type Figure, median } from '@p2pimg/testkit/bench';
import type { Report } from './writer.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));

export async function processFigures({ small }: BenchOptions): Promise<Figure[]> {
  const folder = await tempDir();
  const path = folder.at('directory.db');
  await (await openDirectory(path)).close();
  const [rounds, durationMs] = small ? [1, 300] : [5, 3000];
  const results: Round[] = [];
  for (let round = 0; round < rounds; round++) results.push(await oneRound(path, durationMs));
  await folder.remove();

  const middle = (of: (round: Round) => number): number => median(results.map(of));
  const bench = 'sqlite, three processes';
  const idle = 'an idle process at the same time';
  const stall = middle(({ stallMs }) => stallMs);
  return [
    { bench, metric: 'transactions in all', value: middle(({ rate }) => rate), unit: 'calls/s' },
    { bench, metric: 'least / most of a process', value: middle(({ evenness }) => evenness), unit: 'ratio' },
    { bench, metric: 'errors', value: results.reduce((sum, { errors }) => sum + errors, 0), unit: 'calls' },
    {
      bench,
      metric: 'longest stall of an event loop',
      value: stall,
      unit: 'ms',
      against: idle,
      ratio: middle(({ idleStallMs }) => idleStallMs) / stall,
    },
    { bench, metric: 'most computed in one turn', value: middle(({ computedMs }) => computedMs), unit: 'ms' },
  ];
}

interface Round {
  readonly rate: number;
  readonly evenness: number;
  readonly errors: number;
  readonly stallMs: number;
  readonly computedMs: number;
  readonly idleStallMs: number;
}

async function oneRound(path: string, durationMs: number): Promise<Round> {
  const startAt = Date.now() + 1500;
  // A fourth does nothing: how long it stands still is the machine's doing.
  const runs = await Promise.all(
    ['16', '16', '16', '0'].map((writers) => runNode(WRITER, [path, String(startAt), String(durationMs), writers])),
  );
  const reports = runs.map(({ stdout, stderr }): Report => {
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  });
  const idle = reports.pop()!;
  const calls = reports.map((report) => report.calls);
  const sum = (of: 'calls' | 'errors'): number => reports.reduce((total, report) => total + report[of], 0);
  return {
    rate: (sum('calls') * 1000) / durationMs,
    evenness: Math.min(...calls) / Math.max(...calls),
    errors: sum('errors'),
    stallMs: Math.max(...reports.map((report) => report.stallMs)),
    computedMs: Math.max(...reports.map((report) => report.computedMs)),
    idleStallMs: idle.stallMs,
  };
}
