import process from 'node:process';
import { parseArgs } from 'node:util';
import { type Figure, readable } from './figure.ts';
import { type Effort, FULL_EFFORT, SMALL_EFFORT } from './race.ts';

export interface BenchOptions {
  /** Little work: shows that everything runs, measures nothing. */
  readonly small: boolean;
  /** `SMALL_EFFORT` when small. */
  readonly effort: Effort;
}

/** A group of figures: what one argument of the program chooses. */
export type Bench = (options: BenchOptions) => AsyncIterable<Figure> | Promise<Iterable<Figure>> | Iterable<Figure>;

/**
 * The program of a package's benches: `run.ts [--json] [--small] [NAME …]`. Prints each figure as soon as it is known; ends
 * with 2 for a wrong command line.
 */
export async function runBenches(benches: Readonly<Record<string, Bench>>): Promise<void> {
  const chosen = readArguments(Object.keys(benches));
  if (typeof chosen === 'string') {
    process.stderr.write(`${chosen}\nusage: [--json] [--small] [${Object.keys(benches).join(' | ')}]…\n`);
    process.exitCode = 2;
    return;
  }
  const { json, small, names } = chosen;
  for (const name of names) {
    const figures = benches[name]!({ small, effort: small ? SMALL_EFFORT : FULL_EFFORT });
    for await (const figure of await figures) {
      process.stdout.write(`${json ? JSON.stringify(figure) : readable(figure)}\n`);
    }
  }
}

interface Arguments {
  readonly json: boolean;
  readonly small: boolean;
  readonly names: readonly string[];
}

/** What was asked for, or what is wrong with it. */
function readArguments(known: readonly string[]): Arguments | string {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values, positionals } = parseArgs({ options: { json: flag, small: flag }, allowPositionals: true });
    const unknown = positionals.find((name) => !known.includes(name));
    if (unknown !== undefined) return `there is no bench ${JSON.stringify(unknown)}`;
    return { ...values, names: positionals.length > 0 ? positionals : known };
  } catch (error) {
    return (error as Error).message;
  }
}
