import type { Package } from './workspace.ts';

/** The comments between which the generated part of docs/architecture.md stands. */
export const BEGIN = '<!-- graph:begin -->';
export const END = '<!-- graph:end -->';

/** The document lacks the place where the graph belongs. */
export class NoPlaceForGraph extends Error {
  override readonly name = 'NoPlaceForGraph';
}

/** The published packages and the apps, and who needs whom to run, as a Mermaid flowchart. */
export function dependencyGraph(packages: readonly Package[]): string {
  const shown = packages.filter(({ dir }) => !dir.startsWith('tools/') && dir !== 'examples');
  const label = (name: string): string => name.replace('@p2pimg/', '');
  const byName = new Map(shown.map((one) => [one.name, one]));
  const edges = shown.flatMap((one) => direct(one, byName).map((name) => `  ${label(one.name)} --> ${label(name)}`));
  return ['```mermaid', 'flowchart TD', ...shown.map(({ name }) => `  ${label(name)}`), ...edges, '```'].join('\n');
}

/** The document with the graph put between its markers. @throws NoPlaceForGraph */
export function withGraph(document: string, graph: string): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END, begin);
  if (begin < 0 || end < 0) throw new NoPlaceForGraph(`The document needs the lines\n${BEGIN}\n${END}`);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${graph}\n\n${document.slice(end)}`;
}

/** What a package needs, without what it gets through another package anyway: fewer arrows, same order. */
function direct(one: Package, byName: ReadonlyMap<string, Package>): string[] {
  const needs = one.dependencies.filter((name) => byName.has(name));
  const reaches = (from: string, to: string): boolean =>
    (byName.get(from)?.dependencies ?? []).some((name) => name === to || reaches(name, to));
  return needs.filter((name) => !needs.some((other) => other !== name && reaches(other, name)));
}
