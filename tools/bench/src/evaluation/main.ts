/** `pnpm bench:evaluation`: the runs of the evaluation, their tables and pictures. */

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runHttpsBench } from '../../baselines/https/run.ts';
import { runOriginalBench } from '../../baselines/original/run.ts';
import type { CommonReport } from '../cloud/measure.ts';
import { runCloudBench } from '../cloud/run.ts';
import { chartsOf } from './charts.ts';
import { pageOf, withPart } from './page.ts';
import { type PlannedRun, planOf } from './plan.ts';
import { type RunRecord, readRecord, recordOf, writeRecord } from './record.ts';
import { chartSvg } from './svg.ts';

const USAGE = `pnpm bench:evaluation [options]

Makes the runs of docs/results.md one after the other, keeps what they measured, and draws it.
  --only PATTERN    runs whose name matches, as a regular expression
  --draw            makes no run: only tables and pictures
  --small           few requests: shows that everything runs, measures nothing
  --out FOLDER      (default docs/results)
  --page FILE       tables go there, between its marks (default docs/results.md; none with --small)
  --folder FOLDER   where the runs keep their files meanwhile (default: the system's temporary folder)
`;

process.exitCode = await main();

async function main(): Promise<number> {
  const values = readOptions();
  if (typeof values === 'string') {
    process.stderr.write(`${values}\n\n${USAGE}`);
    return 2;
  }
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const out = resolve(values.out ?? 'docs/results');
  const data = join(out, 'data');
  const only = values.only === undefined ? undefined : new RegExp(values.only);
  const plan = planOf(values.small);
  let failures = 0;
  for (const run of values.draw ? [] : plan) {
    if (only?.test(run.name) === false) continue;
    const record = recordOf(run, await make(run, values.folder));
    await writeRecord(data, record);
    failures += record.report.failures;
    const { totalSeconds, responseMs } = record.report;
    process.stdout.write(
      `${run.name.padEnd(36)} ${totalSeconds.toFixed(2)} s, average ${responseMs.average.toFixed(1)} ms, p99 ${responseMs.p99.toFixed(1)} ms, ${record.report.failures} failures\n`,
    );
  }
  await draw(out, data, values.page ?? (values.small ? undefined : 'docs/results.md'), plan);
  return failures === 0 ? 0 : 1;
}

interface Options {
  readonly only?: string;
  readonly draw: boolean;
  readonly small: boolean;
  readonly out?: string;
  readonly page?: string;
  readonly folder?: string;
  readonly help: boolean;
}

/** What was asked for, or what is wrong with it. */
function readOptions(): Options | string {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  try {
    const options = { only: text, draw: flag, small: flag, out: text, page: text, folder: text, help: flag } as const;
    return parseArgs({ options }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

async function make({ contender, options }: PlannedRun, folder: string | undefined): Promise<CommonReport> {
  const placed = { ...options, folder };
  switch (contender) {
    case 'p2pimg':
      return runCloudBench(placed);
    case 'https-sharp':
      return runHttpsBench(placed, 'sharp');
    case 'https-pngjs':
      return runHttpsBench(placed, 'pngjs');
    case 'original':
      return runOriginalBench(placed);
  }
}

async function draw(out: string, data: string, page: string | undefined, plan: readonly PlannedRun[]): Promise<void> {
  const records = new Map<string, RunRecord>();
  for (const { name } of plan) {
    const record = await readRecord(data, name);
    if (record !== undefined) records.set(name, record);
  }
  await mkdir(out, { recursive: true });
  const charts = Object.entries(chartsOf(records)).filter(([, { lines }]) => lines.length > 0);
  for (const [name, chart] of charts) await writeFile(join(out, `${name}.svg`), chartSvg(chart));
  if (page === undefined) return;
  const part = pageOf(
    records,
    charts.map(([name]) => name),
  );
  await writeFile(page, withPart(await readFile(page, 'utf8'), part));
}
