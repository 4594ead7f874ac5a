import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readPackages } from '../workspace.ts';
import { parseRequirements, type Requirement } from './requirements.ts';
import { leadingIds, readTitles } from './titles.ts';

/** A test that names requirements, and where it stands. */
export interface NamedTest {
  readonly title: string;
  /** `packages/wire/test/codec.test.ts:12` */
  readonly place: string;
}

export interface Coverage {
  readonly rows: readonly (Requirement & { readonly tests: readonly NamedTest[] })[];
  /** Tests that name a row which the document lacks. */
  readonly unknown: readonly (NamedTest & { readonly id: string })[];
}

/** Where tests are written: test files, the helpers beside them, and the suites that packages export for others. */
const PLACES = ['test/**/*.ts', 'src/**/compliance/**/*.ts', 'src/**/compliance.ts'];

/** Reads docs/requirements.md and all tests of the workspace. */
export function readCoverage(root: string = ROOT): Coverage {
  const requirements = parseRequirements(readFileSync(join(root, 'docs/requirements.md'), 'utf8'));
  const tests = readPackages(root).flatMap(({ dir }) =>
    globSync(PLACES, { cwd: join(root, dir) })
      .sort()
      .flatMap((path) => testsIn(root, `${dir}/${path.replaceAll('\\', '/')}`)),
  );
  return cover(requirements, tests);
}

/** Pure part of readCoverage: which of these tests name which row. */
export function cover(requirements: readonly Requirement[], tests: readonly NamedTest[]): Coverage {
  const byId = new Map<string, NamedTest[]>(requirements.map(({ id }) => [id, []]));
  const unknown: (NamedTest & { id: string })[] = [];
  for (const test of tests) {
    for (const id of new Set(leadingIds(test.title))) {
      const named = byId.get(id);
      if (named === undefined) unknown.push({ ...test, id });
      else named.push(test);
    }
  }
  return { rows: requirements.map((row) => ({ ...row, tests: byId.get(row.id) ?? [] })), unknown };
}

function testsIn(root: string, file: string): NamedTest[] {
  return readTitles(readFileSync(join(root, file), 'utf8'), file).map(({ title, line }) => ({
    title,
    place: `${file}:${line}`,
  }));
}
