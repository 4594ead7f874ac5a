import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type Package, ROOT } from '../workspace.ts';
import { startChild } from './children.ts';
import type { TestFile, TestPhase } from './suites.ts';
import { TapReader, type TestResult } from './tap.ts';

/** The test files of one package that run in one phase. */
export interface Suite {
  readonly package: Package;
  readonly phase: TestPhase;
  readonly files: readonly TestFile[];
}

export interface SuiteResult {
  readonly passed: number;
  readonly failures: readonly TestResult[];
  readonly skipped: number;
  readonly seconds: number;
}

export interface SuiteOptions {
  readonly long: boolean;
  /** Kill it after this long, in ms: something hangs. */
  readonly limitMs: number;
  readonly onResult?: (result: TestResult) => void;
}

/** Runs one suite on this very Node; real processes one file and one test at a time. Never rejects. */
export async function runSuite(suite: Suite, { long, limitMs, onResult }: SuiteOptions): Promise<SuiteResult> {
  const started = performance.now();
  const failures: TestResult[] = [];
  let passed = 0;
  let skipped = 0;
  const reader = new TapReader((result) => {
    if (result.status === 'failed') failures.push(result);
    else if (result.status === 'passed') passed++;
    else skipped++;
    onResult?.(result);
  });

  const alone = suite.phase === 'processes' || suite.phase === 'soak';
  const ava = join(ROOT, 'node_modules/ava/entrypoints/cli.js');
  const pace = alone ? ['--serial', '--concurrency=1'] : [`--concurrency=${availableParallelism()}`];
  const child = startChild(process.execPath, [ava, '--tap', ...pace, ...suite.files.map((file) => file.path)], {
    cwd: join(ROOT, suite.package.dir),
    env: { ...process.env, ...(long && { P2PIMG_LONG: '1' }), FORCE_COLOR: '0' },
  });
  let hung = false;
  const timer = setTimeout(() => {
    hung = true;
    child.kill('SIGKILL');
  }, limitMs);
  const errors: string[] = [];
  createInterface(child.stdout as Readable).on('line', (line) => reader.line(line));
  createInterface(child.stderr as Readable).on('line', (line) => errors.push(line));
  const code = await new Promise<number | null>((resolve) => {
    child.on('close', (exit) => resolve(exit));
    child.on('error', (error) => {
      errors.push(error.message);
      resolve(null);
    });
  });
  clearTimeout(timer);
  reader.end();

  const cause = hung ? `killed after ${Math.round(limitMs / 1000)} s` : `exit code ${code}`;
  if (hung || (code !== 0 && failures.length === 0)) {
    failures.push({
      status: 'failed',
      title: `the suite ended by itself: ${cause}`,
      details: [...reader.strays, ...errors],
    });
  } else if (passed + failures.length === 0) {
    failures.push({ status: 'failed', title: 'no test ran', details: suite.files.map((file) => file.path) });
  }
  return { passed, failures, skipped, seconds: (performance.now() - started) / 1000 };
}

/** One suite for each package that has files in the phase. */
export function groupSuites(files: readonly TestFile[], phase: TestPhase): Suite[] {
  const groups = Map.groupBy(
    files.filter((file) => file.phase === phase),
    (file) => file.package,
  );
  return [...groups].map(([owner, members]) => ({ package: owner, phase, files: members }));
}
