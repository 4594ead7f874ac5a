/** Three processes on one file: how evenly they share it, and how long each one's event loop stands still. */

import { fileURLToPath } from 'node:url';
import { openDirectory } from '@p2pimg/directory';
import { runNode, tempDir } from '@p2pimg/testkit';
import type { Figure } from './measure.ts';

interface Report {
  readonly calls: number;
  readonly errors: number;
  readonly stallMs: number;
}

export async function processFigures(small: boolean): Promise<Figure[]> {
  const folder = await tempDir();
  const path = folder.at('directory.db');
  await (await openDirectory(path)).close();
  const durationMs = small ? 300 : 5000;
  const writer = fileURLToPath(new URL('./writer.ts', import.meta.url));
  const startAt = Date.now() + 1500;
  const runs = await Promise.all([1, 2, 3].map(() => runNode(writer, [path, String(startAt), String(durationMs)])));
  await folder.remove();
  const reports = runs.map(({ stdout, stderr }): Report => {
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  });
  const calls = reports.map((report) => report.calls);
  const sum = (of: keyof Report): number => reports.reduce((total, report) => total + report[of], 0);
  const bench = 'sqlite, three processes';
  return [
    { bench, metric: 'transactions in all', value: (sum('calls') * 1000) / durationMs, unit: 'calls/s' },
    { bench, metric: 'least / most of a process', value: Math.min(...calls) / Math.max(...calls), unit: 'ratio' },
    { bench, metric: 'errors', value: sum('errors'), unit: 'ratio' },
    { bench, metric: 'longest stall of an event loop', value: Math.max(...reports.map((r) => r.stallMs)), unit: 'ms' },
  ];
}
