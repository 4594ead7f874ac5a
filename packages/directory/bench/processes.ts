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
  // A fourth does nothing: how long it stands still is the machine's doing.
  const runs = await Promise.all(
    ['16', '16', '16', '0'].map((writers) => runNode(writer, [path, String(startAt), String(durationMs), writers])),
  );
  await folder.remove();
  const reports = runs.map(({ stdout, stderr }): Report => {
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout) as Report;
  });
  const idle = reports.pop()!;
  const calls = reports.map((report) => report.calls);
  const stall = Math.max(...reports.map((report) => report.stallMs));
  const sum = (of: keyof Report): number => reports.reduce((total, report) => total + report[of], 0);
  const bench = 'sqlite, three processes';
  return [
    { bench, metric: 'transactions in all', value: (sum('calls') * 1000) / durationMs, unit: 'calls/s' },
    { bench, metric: 'least / most of a process', value: Math.min(...calls) / Math.max(...calls), unit: 'ratio' },
    { bench, metric: 'errors', value: sum('errors'), unit: 'ratio' },
    {
      bench,
      metric: 'longest stall of an event loop',
      value: stall,
      unit: 'ms',
      against: 'an idle process at the same time',
      ratio: idle.stallMs / stall,
    },
  ];
}
