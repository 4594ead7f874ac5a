/** `pnpm bench [--small] [--json] [--only NAME]`: runs every package's benches, one after the other, and prints their figures. */

import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type Figure, figureTable, parseFigures } from './figures.ts';

const PACKAGES = fileURLToPath(new URL('../../../packages/', import.meta.url));

const { values } = parseArgs({
  options: { small: { type: 'boolean' }, json: { type: 'boolean' }, only: { type: 'string' } },
});

const figures: (Figure & { readonly from: string })[] = [];
for (const name of readdirSync(PACKAGES).sort()) {
  if (values.only !== undefined && values.only !== name) continue;
  const command = benchCommand(name);
  if (command === undefined) continue;
  process.stderr.write(`${name} …\n`);
  const output = await run(name, [...command, '--json', ...(values.small ? ['--small'] : [])]);
  for (const figure of parseFigures(output)) figures.push({ from: name, ...figure });
}
process.stdout.write(
  values.json ? figures.map((figure) => `${JSON.stringify(figure)}\n`).join('') : `${figureTable(figures)}\n`,
);

/** The `bench` script of a package, which calls `node` with arguments. */
function benchCommand(name: string): readonly string[] | undefined {
  const manifest = JSON.parse(readFileSync(join(PACKAGES, name, 'package.json'), 'utf8')) as {
    readonly scripts?: Readonly<Record<string, string>>;
  };
  return manifest.scripts?.bench?.split(' ').slice(1);
}

async function run(name: string, args: readonly string[]): Promise<string> {
  const child = spawn(process.execPath, args, { cwd: join(PACKAGES, name), stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  if (code !== 0) {
    process.stderr.write(`the benches of ${name} ended with ${code}\n`);
    process.exitCode = 1;
  }
  return output;
}
