import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { NEEDS } from '../../../system-packages.mjs';
import { type Package, ROOT, readPackages } from '../workspace.ts';

/** The phases in which test files run, in order. */
export const TEST_PHASES = ['units', 'simulation', 'processes', 'soak'] as const;
export type TestPhase = (typeof TEST_PHASES)[number];

const PHASE_MARKS: Readonly<Record<string, TestPhase>> = { sim: 'simulation', process: 'processes', soak: 'soak' };

/** A test file, and what its name says about it: `kill.mysql.process.test.ts`. */
export interface TestFile {
  readonly package: Package;
  /** Relative to its package: `test/kill.mysql.process.test.ts`. */
  readonly path: string;
  readonly phase: TestPhase;
  /** Runs in `npm run test:long` only. */
  readonly long: boolean;
  /** What it needs from the system: keys of NEEDS in tools/system-packages.mjs. */
  readonly needs: readonly string[];
}

/** A part of a test file's name is none of the known marks. */
export class UnknownMark extends Error {
  override readonly name = 'UnknownMark';
}

/** @throws UnknownMark */
export function readTestFile(owner: Package, path: string): TestFile {
  const [subject = '', ...marks] = basename(path, '.test.ts').split('.');
  const phases: TestPhase[] = [];
  const needs: string[] = Object.hasOwn(NEEDS, subject) ? [subject] : []; // `mysql.test.ts`
  for (const mark of marks) {
    const phase = PHASE_MARKS[mark];
    if (phase !== undefined) phases.push(phase);
    else if (Object.hasOwn(NEEDS, mark)) needs.push(mark);
    else if (mark !== 'long') {
      const known = [...Object.keys(PHASE_MARKS), 'long', ...Object.keys(NEEDS)].join(', ');
      throw new UnknownMark(`${owner.dir}/${path}: ".${mark}." is no known mark (${known}); join words with a dash`);
    }
  }
  return { package: owner, path, phase: phases[0] ?? 'units', long: marks.includes('long'), needs };
}

/** All test files of the workspace, by package. @throws UnknownMark */
export function findTestFiles(root: string = ROOT): TestFile[] {
  return readPackages(root).flatMap((owner) =>
    globSync('test/**/*.test.ts', { cwd: join(root, owner.dir) })
      .map((path) => readTestFile(owner, path.replaceAll('\\', '/')))
      .sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
}
