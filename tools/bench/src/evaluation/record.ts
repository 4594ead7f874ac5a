/** What is kept of a run: figures, and enough of the single answers to draw them. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommonReport } from '../cloud/measure.ts';
import type { RunReport } from '../cloud/run.ts';
import type { PlannedRun } from './plan.ts';

/** Points of a distribution, and of a course over time. */
const POINTS = 100;
const COURSE_STEPS = 40;

export interface RunRecord {
  readonly name: string;
  readonly contender: string;
  readonly date: string;
  readonly options: PlannedRun['options'];
  readonly report: Omit<CommonReport, 'answers'> & Partial<Pick<RunReport, 'counts' | 'killed'>>;
  /** Response times in ms at 0 %, 1 % … 100 % of the answers. */
  readonly quantiles: readonly number[];
  /** Answers of each server in each step of `stepMs`. */
  readonly course: { readonly stepMs: number; readonly byServer: Readonly<Record<string, readonly number[]>> };
  /** When the leader was killed, in ms since the first request. */
  readonly killedAtMs: number | undefined;
}

export function recordOf({ name, contender, options }: PlannedRun, full: CommonReport & Partial<RunReport>): RunRecord {
  const { answers, ...report } = full;
  const start = answers.reduce((least, { begun }) => Math.min(least, begun), Number.POSITIVE_INFINITY);
  const sorted = answers.map(({ begun, back }) => back - begun).sort((a, b) => a - b);
  const stepMs = Math.max(1, (report.totalSeconds * 1_000) / COURSE_STEPS);
  const byServer: Record<string, number[]> = {};
  for (const { server, ended, failure } of answers) {
    if (failure !== undefined) continue;
    byServer[server] ??= new Array<number>(COURSE_STEPS).fill(0);
    byServer[server][Math.min(COURSE_STEPS - 1, Math.floor((ended - start) / stepMs))]! += 1;
  }
  return {
    name,
    contender,
    date: new Date().toISOString().slice(0, 16),
    options,
    report,
    quantiles: Array.from({ length: POINTS + 1 }, (_, i) =>
      round(sorted[Math.floor((i * (sorted.length - 1)) / POINTS)] ?? 0),
    ),
    course: { stepMs: round(stepMs), byServer },
    killedAtMs: full.killed === undefined ? undefined : round(full.killed.at - start),
  };
}

export async function writeRecord(folder: string, record: RunRecord): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${record.name}.json`), `${JSON.stringify(record)}\n`);
}

/** Undefined when that run has not been made. */
export async function readRecord(folder: string, name: string): Promise<RunRecord | undefined> {
  try {
    return JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as RunRecord;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
