/** `pnpm bench`: runs every package's benches, one after the other, and prints their figures. */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Figure, parseFigures } from '@p2pimg/testkit/bench';
import { figureTable } from './figures.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

interface Benches {
  readonly folder: string;
  /** The command behind the `bench` script. */
  readonly command: readonly string[];
}

/** Of each package and program that has some, by folder name; programs as `server program`. */
const all = new Map(
  ['packages', 'apps'].flatMap((home) =>
    readdirSync(join(ROOT, home))
      .sort()
      .flatMap((name): [string, Benches][] => {
        const folder = join(ROOT, home, name);
        const command = benchCommand(folder);
        return command === undefined ? [] : [[home === 'apps' ? `${name} program` : name, { folder, command }]];
      }),
  ),
);

const USAGE = `pnpm bench [--only NAME] [--small] [--json]

Runs the benches of packages and programs, one after the other, and prints their figures.
  --only NAME   one of them: ${[...all.keys()].join(', ')}
  --small       little work: shows that they run, measures nothing
  --json        one line for each figure
`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  if (typeof options === 'string') return complain(options);
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { only, small, json } = options;
  if (only !== undefined && !all.has(only)) return complain(`${only} has no benches`);

  const figures: (Figure & { readonly from: string })[] = [];
  let failed = false;
  for (const [name, { folder, command }] of all) {
    if (only !== undefined && only !== name) continue;
    process.stderr.write(`${name} …\n`);
    const { code, output } = await run(folder, [...command, '--json', ...(small ? ['--small'] : [])]);
    for (const figure of parseFigures(output)) figures.push({ from: name, ...figure });
    if (code === 0) continue;
    failed = true;
    process.stderr.write(`the benches of ${name} ended with ${code}\n`);
  }
  const lines = json ? figures.map((figure) => `${JSON.stringify(figure)}\n`).join('') : `${figureTable(figures)}\n`;
  process.stdout.write(lines);
  return failed ? 1 : 0;
}

interface Options {
  readonly only?: string;
  readonly small?: boolean;
  readonly json?: boolean;
  readonly help?: boolean;
}

/** What was asked for, or what is wrong with it. */
function readOptions(args: readonly string[]): Options | string {
  const flag = { type: 'boolean' } as const;
  try {
    const options = { small: flag, json: flag, help: flag, only: { type: 'string' } } as const;
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    return (error as Error).message;
  }
}

function complain(problem: string): number {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  return 2;
}

/** The `bench` script of a package, which calls `node` with arguments. */
function benchCommand(folder: string): readonly string[] | undefined {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly scripts?: Readonly<Record<string, string>>;
  };
  return manifest.scripts?.bench?.split(' ').slice(1);
}

async function run(cwd: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
