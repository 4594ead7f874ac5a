import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** How a process has ended, and what it wrote. */
export interface Ended {
  readonly code: number | string | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

const TIMEOUT_MS = 60_000;

/**
 * Runs a script of this folder in a process of its own.
 * @param wrapper a command that is given the whole command line to run
 */
export function run(script: string, args: readonly string[] = [], wrapper: readonly string[] = []): Promise<Ended> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const [file = '', ...rest] = [...wrapper, process.execPath, '--conditions=@p2pimg/source', path, ...args];
  return new Promise((resolve) => {
    execFile(file, rest, { timeout: TIMEOUT_MS, killSignal: 'SIGKILL' }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? null), signal: error?.signal ?? null, out, err });
    });
  });
}
