import { existsSync, readdirSync } from 'node:fs';
import type { Scenario } from './scenario.ts';

/** The places where packages live, seen from this file. */
const HOUSES: readonly URL[] = [new URL('../../../packages/', import.meta.url), new URL('../../', import.meta.url)];

/** All scenarios of this repository by full name, `<package>/<scenario>`, in alphabetical order. */
export async function loadScenarios(): Promise<Map<string, Scenario>> {
  const found: [string, Scenario][] = [];
  for (const house of HOUSES) {
    for (const folder of readdirSync(house)) {
      const file = new URL(`${folder}/test/scenarios.ts`, house);
      if (!existsSync(file)) continue;
      const { scenarios } = (await import(file.href)) as { scenarios: Readonly<Record<string, Scenario>> };
      for (const [name, scenario] of Object.entries(scenarios)) found.push([`${folder}/${name}`, scenario]);
    }
  }
  return new Map(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
