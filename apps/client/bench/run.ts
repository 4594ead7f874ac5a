/**
 * How soon the program answers: `pnpm bench [--json] [--small]`. Each figure beside that of Node doing nothing, in the same rounds. Measures what
 * `pnpm build` has made; in small mode the sources.
 */

import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Finished, runProcess } from '@p2pimg/testkit';
import { type Figure, race, runBenches } from '@p2pimg/testkit/bench';

const BUILT = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const SOURCE = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Command lines with the exit code that they end with. */
const COMMANDS = [
  { metric: 'a mistake: p2pimg pears', args: ['pears'], code: 2 },
  { metric: 'a mistake: p2pimg request IMAGE', args: ['request', 'client1-puppy'], code: 2 },
  { metric: 'p2pimg --help', args: ['--help'], code: 0 },
  { metric: 'p2pimg --version', args: ['--version'], code: 0 },
  { metric: 'p2pimg completion bash', args: ['completion', 'bash'], code: 0 },
  { metric: 'p2pimg config', args: ['config'], code: 0 },
] as const;

async function start(args: readonly string[], code: number): Promise<Finished> {
  const ended = await runProcess(process.execPath, args);
  if (ended.code !== code) throw new Error(`node ${args.join(' ')} ended with ${ended.code}: ${ended.stderr}`);
  return ended;
}

await runBenches({
  start: async ({ small, effort }): Promise<Figure[]> => {
    if (!small && !existsSync(BUILT)) throw new Error('build it first: pnpm build');
    const program = small ? ['--conditions=@p2pimg/source', SOURCE] : [BUILT];
    const nothing = { name: 'node', run: () => start(['--eval', ''], 0) };
    const commands = COMMANDS.map(({ metric, args, code }) => ({
      name: metric,
      run: () => start([...program, ...args], code),
    }));
    const [bare, ...laps] = await race([nothing, ...commands], effort);
    return laps.map(({ name: metric, ms }) => ({
      ...{ bench: 'start', metric, value: ms, unit: 'ms', against: 'node that does nothing' },
      ratio: bare!.ms / ms,
    }));
  },
});
