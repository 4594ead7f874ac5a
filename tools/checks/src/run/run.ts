import process from 'node:process';
import { provide } from '../../../system-packages.mjs';
import { inParallel } from './children.ts';
import type { Printer } from './printer.ts';
import { runStaticCheck, type StaticCheck, staticChecks } from './static-checks.ts';
import { groupSuites, runSuite, type Suite } from './suite.ts';
import { findTestFiles, type TestFile, type TestPhase } from './suites.ts';

export const PHASES = ['static', 'units', 'simulation', 'processes', 'soak'] as const;
export type Phase = (typeof PHASES)[number];

const TITLES: Readonly<Record<Phase, string>> = {
  static: 'Static checks',
  units: 'Units',
  simulation: 'Simulation',
  processes: 'Real processes, one at a time',
  soak: 'Soak',
};
const BUDGET_SECONDS: Readonly<Record<Phase, number>> = {
  static: 120,
  units: 180,
  simulation: 120,
  processes: 240,
  soak: 60,
};
const LONG_BUDGET_SECONDS: Readonly<Record<Phase, number>> = {
  static: 120,
  units: 480,
  simulation: 600,
  processes: 900,
  soak: 300,
};
/** Heartbeats every 50 ms share the machine with nothing else; the rest may run two packages at a time. */
const WIDTH: Readonly<Record<Phase, number>> = { static: 2, units: 2, simulation: 2, processes: 1, soak: 1 };

export interface RunOptions {
  /** Also the files marked long, and the long form of the others. */
  readonly long: boolean;
  readonly phases: readonly Phase[];
  /** Only packages of these names (`wire`, `@p2pimg/wire` or `packages/wire`); empty = all. */
  readonly packages: readonly string[];
}

export interface Totals {
  passed: number;
  failed: number;
}

/** Runs the phases one after the other and reports on each. Never rejects for a failing test. */
export async function runAll(options: RunOptions, printer: Printer): Promise<Totals> {
  const totals: Totals = { passed: 0, failed: 0 };
  const budgets = options.long ? LONG_BUDGET_SECONDS : BUDGET_SECONDS;
  const notRun: string[] = [];
  const files = await selectFiles(options, printer, notRun, totals);

  for (const phase of PHASES.filter((one) => options.phases.includes(one))) {
    const budget = budgets[phase];
    const started = performance.now();
    printer.phase(TITLES[phase], budget);
    if (phase === 'static') await runStatic(printer, totals);
    else await runTests(groupSuites(files, phase), { phase, budget, long: options.long }, printer, totals);
    printer.phaseEnded((performance.now() - started) / 1000, budget);
  }

  printer.line();
  for (const line of notRun) printer.line(`Not run: ${line}`);
  return totals;
}

async function selectFiles(
  options: RunOptions,
  printer: Printer,
  notRun: string[],
  totals: Totals,
): Promise<TestFile[]> {
  const named = ({ package: { name, dir } }: TestFile): boolean =>
    options.packages.length === 0 ||
    [name, dir, name.replace('@p2pimg/', '')].some((alias) => options.packages.includes(alias));
  const wanted = findTestFiles().filter(
    (file) => named(file) && (options.phases as readonly Phase[]).includes(file.phase),
  );

  const inTime = wanted.filter((file) => options.long || !file.long);
  if (inTime.length < wanted.length)
    notRun.push(`${count(wanted.length - inTime.length, 'test file')} of npm run test:long`);

  const needs = [...new Set(inTime.flatMap((file) => file.needs))].filter((need) => !isGiven(need));
  const missing = await provide(needs, { log: (line) => printer.line(line) });
  for (const { need, reason } of missing) {
    const affected = count(inTime.filter((file) => file.needs.includes(need)).length, 'test file');
    if (process.env.P2PIMG_NO_INSTALL === '1') {
      notRun.push(`${affected}, since ${reason}`);
    } else {
      // Nobody said that it is all right to leave them out.
      printer.failure(need, {
        title: reason,
        details: [`${affected} cannot run; P2PIMG_NO_INSTALL=1 leaves them out`],
      });
      totals.failed++;
    }
  }
  return inTime.filter((file) => !missing.some(({ need }) => file.needs.includes(need)));
}

/** A database server that was named needs no program here. */
function isGiven(need: string): boolean {
  return need === 'mysql' && Boolean(process.env.P2PIMG_TEST_MYSQL_URL);
}

async function runStatic(printer: Printer, totals: Totals): Promise<void> {
  const results = new Map<string, Promise<boolean>>();
  const checkOne = async (check: StaticCheck): Promise<boolean> => {
    if (check.after !== undefined && !(await results.get(check.after))) {
      printer.ended(false, check.title, `needs "${check.after}"`, 0);
      totals.failed++;
      return false;
    }
    const { ok, output, seconds } = await runStaticCheck(check);
    printer.ended(ok, check.title, ok ? 'passed' : 'failed', seconds);
    if (!ok) printer.failure(check.title, { title: check.command.join(' '), details: output.trimEnd().split('\n') });
    totals[ok ? 'passed' : 'failed']++;
    return ok;
  };
  await inParallel(staticChecks(), WIDTH.static, async (check) => {
    const result = checkOne(check);
    results.set(check.title, result);
    await result;
  });
}

interface PhaseSettings {
  readonly phase: TestPhase;
  readonly budget: number;
  readonly long: boolean;
}

async function runTests(suites: Suite[], settings: PhaseSettings, printer: Printer, totals: Totals): Promise<void> {
  if (suites.length === 0) printer.line('  no tests');
  const running = new Map<string, number>();
  const showRunning = (): void => printer.live([...running].map(([name, done]) => `  ${name} ${done}`).join('  '));
  const biggestFirst = suites.toSorted((a, b) => b.files.length - a.files.length);

  await inParallel(biggestFirst, WIDTH[settings.phase], async (suite) => {
    const { name } = suite.package;
    running.set(name, 0);
    const result = await runSuite(suite, {
      long: settings.long,
      limitMs: settings.budget * 3000,
      onResult: () => {
        running.set(name, (running.get(name) ?? 0) + 1);
        showRunning();
      },
    });
    running.delete(name);
    showRunning();

    totals.passed += result.passed;
    totals.failed += result.failures.length;
    const { passed, skipped, failures } = result;
    const parts = [
      `${passed} passed`,
      failures.length > 0 && `${failures.length} failed`,
      skipped > 0 && `${skipped} skipped`,
    ];
    printer.ended(failures.length === 0, name, parts.filter(Boolean).join(', '), result.seconds);
    for (const failure of failures) printer.failure(name, failure);
    if (failures.length > 0) printer.line(`      again: pnpm --filter ${name} test`);
  });
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

/** The last line of a run: what tools and people look for. */
export function summaryLine({ passed, failed }: Totals): string {
  return `${passed} passed, ${failed} failed`;
}
