/** Where the time of the processes goes: sums over the profiles that Node has written with `--cpu-prof`. */

import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What is read of a .cpuprofile (the DevTools protocol's Profiler.Profile). */
interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** In µs, between a sample and the one before. */
  readonly timeDeltas: readonly number[];
}

const MOST_LINES = 40;

/** What a thread is said to do while it does nothing here; the last is a thread of the pool that waits for work. */
const IDLE: ReadonlySet<string> = new Set(['(idle)', '(program)', 'atomicsWaitLoop']);

/** The costliest functions by their own time, and the same by place: one table for servers, one for clients. */
export async function profileText(folder: string): Promise<string> {
  const files = globSync('*/*.cpuprofile', { cwd: folder });
  const kinds = Map.groupBy(files, (file) => (dirname(file).startsWith('client') ? 'clients' : 'servers'));
  const parts: string[] = [];
  for (const [kind, some] of [...kinds].sort()) {
    const functions = new Map<string, number>();
    const places = new Map<string, number>();
    for (const file of some) {
      const profile = JSON.parse(await readFile(join(folder, file), 'utf8')) as CpuProfile;
      addProfile(profile, functions, places);
    }
    parts.push(
      `\n${kind}: seconds of their own, by function\n${table(functions)}\n${kind}: by place\n${table(places)}`,
    );
  }
  return parts.join('');
}

function addProfile(
  { nodes, samples, timeDeltas }: CpuProfile,
  functions: Map<string, number>,
  places: Map<string, number>,
): void {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id)!;
    if (IDLE.has(functionName)) continue;
    const seconds = (timeDeltas[i] ?? 0) / 1e6;
    add(
      functions,
      `${functionName || '(anonymous)'} ${url === '' ? '' : `${basename(url)}:${lineNumber + 1}`}`.trim(),
      seconds,
    );
    add(places, placeOf(url, functionName), seconds);
  }
}

/** A package, a builtin module, or what V8 says. */
function placeOf(url: string, functionName: string): string {
  const own = /\/((?:packages|apps|tools)\/[^/]+\/(?:src\/)?[^/]+(?:\/[^/]+)?)/.exec(url)?.[1];
  if (own !== undefined && !url.includes('/node_modules/.pnpm/')) return own;
  const library = /\/node_modules\/((?:@[^/]+\/)?[^/.][^/]*)\/(?!.*\/node_modules\/)/.exec(url)?.[1];
  return library ?? (url || functionName || '(anonymous)');
}

function add(sums: Map<string, number>, name: string, seconds: number): void {
  sums.set(name, (sums.get(name) ?? 0) + seconds);
}

function table(sums: ReadonlyMap<string, number>): string {
  const all = [...sums.values()].reduce((a, b) => a + b, 0);
  return [...sums]
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_LINES)
    .map(
      ([name, seconds]) =>
        `${seconds.toFixed(3).padStart(9)} s ${((100 * seconds) / all).toFixed(1).padStart(5)} %  ${name}\n`,
    )
    .join('');
}
