import { existsSync, readdirSync } from 'node:fs';
import type { Scenario } from './scenario.ts';

/** The places where packages live, seen from this file. */
const HOUSES: readonly URL[] = [new URL('../../../packages/', import.meta.url), new URL('../../', import.meta.url)];

/**
 * Scenarios by full name, `<package>/<scenario>`, in alphabetical order.
 * @param wanted only those of the package in this full name; all if no such package has any
 */
export async function loadScenarios(wanted?: string): Promise<Map<string, Scenario>> {
  const all = scenarioFiles();
  const own = all.filter(({ folder }) => wanted?.startsWith(`${folder}/`));
  const found: [string, Scenario][] = [];
  for (const { folder, file } of own.length > 0 ? own : all) {
    const { scenarios } = (await import(file.href)) as { scenarios: Readonly<Record<string, Scenario>> };
    for (const [name, scenario] of Object.entries(scenarios)) found.push([`${folder}/${name}`, scenario]);
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function scenarioFiles(): { readonly folder: string; readonly file: URL }[] {
  return HOUSES.flatMap((house) =>
    readdirSync(house)
      .map((folder) => ({ folder, file: new URL(`${folder}/test/scenarios.ts`, house) }))
      .filter(({ file }) => existsSync(file)),
  );
}
