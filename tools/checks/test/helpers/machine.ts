import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { type Finished, runProcess, type TempDir, tempDir } from '@p2pimg/testkit';
import { ROOT } from '../../src/workspace.ts';

const MINUTES = 60_000;

/** What a program needs of its surroundings, and nothing else of ours. */
export interface Machine {
  readonly home: string;
  /** Folders that come first on the path. */
  readonly programs?: readonly string[];
}

/** Runs a program as somebody with this home folder and these programs would. */
export function tryOn(machine: Machine, cwd: string, command: string, args: readonly string[]): Promise<Finished> {
  const system = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'];
  const ours = Object.keys(process.env).filter((name) =>
    /^(npm_|NODE_(OPTIONS|ENV|PATH)$|AVA|P2PIMG_|INIT_CWD)/i.test(name),
  );
  const env = {
    ...Object.fromEntries(ours.map((name) => [name, undefined])),
    HOME: machine.home,
    PATH: [...(machine.programs ?? []), ...system].join(delimiter),
    CI: 'true',
  };
  return runProcess(command, args, { cwd, env, timeoutMs: 15 * MINUTES });
}

/** The same, but throws with its output when it fails. */
export async function runOn(...call: Parameters<typeof tryOn>): Promise<Finished> {
  const done = await tryOn(...call);
  if (done.code !== 0) {
    const [, , command, args] = call;
    throw new Error(
      `${command} ${args.join(' ')} ended with ${done.signal ?? done.code}:\n${done.stdout}${done.stderr}`,
    );
  }
  return done;
}

/** The files of this repository, as somebody else would clone them, with what is not committed yet. */
export async function freshCopy(): Promise<TempDir> {
  const copy = await tempDir('p2pimg-copy-');
  const { stdout } = await runProcess('git', ['ls-files', '-co', '--exclude-standard', '--deduplicate', '-z'], {
    cwd: ROOT,
  });
  const { stdout: deleted } = await runProcess('git', ['ls-files', '-d', '-z'], { cwd: ROOT });
  const gone = new Set(deleted.split('\0'));
  for (const file of stdout.split('\0')) {
    if (file.trim() === '' || gone.has(file)) continue;
    mkdirSync(dirname(copy.at(file)), { recursive: true });
    copyFileSync(join(ROOT, file), copy.at(file));
  }
  return copy;
}

/** A folder with programs of the npm registry (`node@18`, `npm@10`); put `at('node_modules/.bin')` on the path. */
export async function programsFromNpm(home: string, ...specs: string[]): Promise<TempDir> {
  const folder = await tempDir('p2pimg-node-');
  try {
    // Makes the folder npm's own. `--prefix` would do so too, and leave the machine's settings (its registry's certificate) unread.
    writeFileSync(folder.at('package.json'), '{"private": true}');
    await runOn({ home }, folder.path, 'npm', ['install', '--no-audit', '--no-fund', ...specs]);
    return folder;
  } catch (error) {
    await folder.remove();
    throw error;
  }
}
