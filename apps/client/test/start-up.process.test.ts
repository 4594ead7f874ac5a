import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runProcess, tempDir } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const TRACE = new URL('./support/loaded.ts', import.meta.url).href;

/** What opening a client takes: slow to load. */
const CLIENT = /\/packages\/(?:client|transport|stego|rights|identity)\/|\/node_modules\/(?:pino|@hpke|@noble)\//;
/** What checks settings and `--json`. */
const CHECKS = /\/node_modules\/zod\//;
const PROMPTS = /\/node_modules\/@inquirer\//;

for (const [args, code, without] of [
  [['--version'], 0, [CLIENT, CHECKS, PROMPTS]],
  [['--help'], 0, [CLIENT, CHECKS, PROMPTS]],
  [['rights', 'add', '--help'], 0, [CLIENT, CHECKS, PROMPTS]],
  [['completion', 'bash'], 0, [CLIENT, CHECKS, PROMPTS]],
  [['complete', '--', 'requ'], 0, [CLIENT, CHECKS, PROMPTS]],
  [['request', 'client1-puppy', '--views', '0'], 2, [CLIENT, CHECKS, PROMPTS]],
  [['config'], 0, [CLIENT, PROMPTS]],
  [['daemon', 'stop'], 1, [CLIENT, PROMPTS]],
] as const) {
  test(`C3: "p2pimg ${args.join(' ')}" loads only what it needs`, async (t) => {
    const dir = await tempDir();
    t.teardown(dir.remove);
    const env = { P2PIMG_LOADED: dir.at('loaded'), XDG_CONFIG_HOME: dir.at('config'), XDG_DATA_HOME: dir.at('data') };
    const said = await runProcess(process.execPath, ['--conditions=@p2pimg/source', '--import', TRACE, MAIN, ...args], {
      env,
    });
    t.is(said.code, code, said.stderr);
    const loaded = (await readFile(dir.at('loaded'), 'utf8')).split('\n');
    t.true(loaded.some((url) => url.endsWith('/src/program.ts')));
    for (const pattern of without)
      t.is(
        loaded.find((url) => pattern.test(url)),
        undefined,
      );
  });
}
