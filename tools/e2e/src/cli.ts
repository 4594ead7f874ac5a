/** `pnpm soak --minutes M`: the soak of the tests, for as long as it is wanted. `--seed S` replays one. */

import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const USAGE = `pnpm soak [--minutes M] [--seed S]

Five people and three servers: all kinds of requests, pictures from peer to peer, datagrams lost, servers killed, stopped, frozen and playing
dead, the directory's database killed and frozen, a client that dies again and again. Ends with 0 when every promise held.
  --minutes M   1 … 1,440 (default 1)
  --seed S      what is done, and what strikes whom, as in an earlier run
`;
const MOST_MINUTES = 1_440;
const FOLDER = fileURLToPath(new URL('..', import.meta.url));

process.exitCode = await main();

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  let values: { readonly minutes: string; readonly seed?: string; readonly help?: boolean };
  try {
    const options = { minutes: { ...text, default: '1' }, seed: text, help: { type: 'boolean' } } as const;
    ({ values } = parseArgs({ options }));
  } catch (error) {
    return complain((error as Error).message);
  }
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const minutes = Number(values.minutes);
  if (!(minutes >= 1 && minutes <= MOST_MINUTES)) return complain(`--minutes must be from 1 to ${MOST_MINUTES}`);
  const { seed } = values;
  const env = {
    ...process.env,
    P2PIMG_SOAK_SECONDS: String(Math.round(minutes * 60)),
    ...(seed === undefined ? {} : { P2PIMG_SEED: seed }),
  };
  const ava = join(dirname(fileURLToPath(import.meta.resolve('ava'))), 'cli.js');
  const args = [ava, '--timeout', `${Math.ceil(minutes) + 10}m`, 'test/soak.mysql.soak.test.ts'];
  const child = spawn(process.execPath, args, { cwd: FOLDER, env, stdio: 'inherit' });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return code ?? 1;
}

function complain(problem: string): number {
  process.stderr.write(`${problem}\n\n${USAGE}`);
  return 2;
}
