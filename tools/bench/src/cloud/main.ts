/** `pnpm bench:cloud`: the evaluation's single run. */

import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import process from 'node:process';
import { readOptions, USAGE, UsageError } from './options.ts';
import { reportJson, reportText } from './print.ts';
import { profileText } from './profile.ts';
import { runCloudBench } from './run.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const profile = options.profile === undefined ? undefined : resolve(options.profile);
  if (profile !== undefined) await mkdir(profile, { recursive: true });
  const report = await runCloudBench({ ...options, profile });
  process.stdout.write(reportText(options, report));
  if (profile !== undefined) process.stdout.write(await profileText(profile));
  if (options.json) process.stdout.write(reportJson(options, report));
  return report.failures === 0 ? 0 : 1;
}
