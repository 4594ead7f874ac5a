import { spawn } from 'node:child_process';
import process from 'node:process';
import { release, watch } from './guard.ts';
import { Output, type OutputLine } from './output.ts';

/** How a process ended. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface SpawnOptions {
  readonly cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Text given on standard input, which is then closed. Without it standard input stays open for `write`. */
  readonly input?: string;
}

export interface LineOptions {
  /** Look only at lines from this number on (`process.lineCount` before an action = what follows it). Default 0. */
  readonly after?: number;
  /** Give up after this long, in ms. Default 30,000. */
  readonly timeoutMs?: number;
}

/** A child process of a test: `await using server = await spawnProcess(…)`, or `t.teardown(server.stop)`. */
export interface SpawnedProcess extends AsyncDisposable {
  readonly pid: number;
  /** Settles when the process has ended and all its output was read. Never rejects. */
  readonly exited: Promise<Exit>;
  /** Number of lines written so far. */
  readonly lineCount: number;
  readonly lines: (after?: number) => readonly OutputLine[];
  readonly stdout: string;
  readonly stderr: string;
  /** The first line, already written or still to come, that matches. Throws LineTimeout or ProcessEnded. */
  readonly line: (pattern: RegExp | string, options?: LineOptions) => Promise<string>;
  readonly write: (text: string) => void;
  /** Sends a signal to this process alone. Returns false when it has ended already. */
  readonly signal: (signal: NodeJS.Signals) => boolean;
  /** Ends it: SIGKILL, to its pid; waits until it is gone. May be called twice, also after it has ended. */
  readonly stop: () => Promise<Exit>;
}

/** A process could not be started. */
export class SpawnFailed extends Error {
  override readonly name = 'SpawnFailed';
}

/** No line matched in time. The message holds the last lines that were written. */
export class LineTimeout extends Error {
  override readonly name = 'LineTimeout';
}

/** The process ended before a line matched. The message holds the last lines that were written. */
export class ProcessEnded extends Error {
  override readonly name = 'ProcessEnded';
}

/**
 * Starts a program whose output is captured line by line. It never outlives the test process, however that ends.
 * @throws SpawnFailed when the program does not exist or may not be run.
 */
export async function spawnProcess(
  command: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<SpawnedProcess> {
  const env = { ...process.env, ...options.env };
  const child = spawn(command, args, { cwd: options.cwd, env, stdio: ['pipe', 'pipe', 'pipe'] });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new SpawnFailed(`${command}: ${error.message}`)));
  });
  const pid = child.pid as number;
  watch(pid);

  const output = new Output();
  child.stdout.setEncoding('utf8').on('data', (data: string) => output.write('stdout', data));
  child.stderr.setEncoding('utf8').on('data', (data: string) => output.write('stderr', data));
  child.stdin.on('error', () => {}); // the process has ended: `exited` tells
  if (options.input !== undefined) child.stdin.end(options.input);

  child.once('exit', () => release(pid));
  const exited = new Promise<Exit>((resolve) => {
    child.once('close', (code, signal) => {
      output.end();
      resolve({ code, signal });
    });
  });

  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  const signal = (name: NodeJS.Signals): boolean => running() && child.kill(name);
  const stop = (): Promise<Exit> => {
    signal('SIGKILL');
    return exited;
  };

  return {
    pid,
    exited,
    get lineCount() {
      return output.count;
    },
    lines: (after) => output.lines(after),
    get stdout() {
      return output.text('stdout');
    },
    get stderr() {
      return output.text('stderr');
    },
    line: (pattern, lineOptions) => awaitLine({ command, output, exited, pattern, ...lineOptions }),
    write: (text) => void child.stdin.write(text),
    signal,
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Starts a TypeScript or JavaScript file of this repository on this very Node, siblings resolved to their sources. */
export function spawnNode(
  file: string,
  args: readonly string[] = [],
  options: SpawnOptions = {},
): Promise<SpawnedProcess> {
  return spawnProcess(process.execPath, ['--conditions=@p2pimg/source', file, ...args], options);
}

/** What a program did that ran to its end. */
export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions extends SpawnOptions {
  /** Kill it after this long, in ms (its exit then names SIGKILL). Default 60,000. */
  readonly timeoutMs?: number;
}

/** Runs a program to its end, without a terminal and with standard input closed. */
export async function runProcess(
  command: string,
  args: readonly string[] = [],
  options: RunOptions = {},
): Promise<Finished> {
  const { timeoutMs = 60_000, input = '', ...rest } = options;
  const child = await spawnProcess(command, args, { ...rest, input });
  const timer = setTimeout(child.stop, timeoutMs);
  const exit = await child.exited;
  clearTimeout(timer);
  return { ...exit, stdout: child.stdout, stderr: child.stderr };
}

/** `spawnNode`, run to its end. */
export function runNode(file: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Finished> {
  return runProcess(process.execPath, ['--conditions=@p2pimg/source', file, ...args], options);
}

interface Awaited extends LineOptions {
  readonly command: string;
  readonly output: Output;
  readonly exited: Promise<Exit>;
  readonly pattern: RegExp | string;
}

function awaitLine({ command, output, exited, pattern, after = 0, timeoutMs = 30_000 }: Awaited): Promise<string> {
  const matches = (line: OutputLine): boolean =>
    typeof pattern === 'string' ? line.text.includes(pattern) : line.text.search(pattern) >= 0;
  const written = output.lines(after).find(matches);
  if (written !== undefined) return Promise.resolve(written.text);

  return new Promise<string>((resolve, reject) => {
    const unwatch = output.watch((line) => {
      if (matches(line)) finish(() => resolve(line.text));
    });
    const timer = setTimeout(
      () =>
        finish(() =>
          reject(new LineTimeout(`${command}: no line matched ${pattern} within ${timeoutMs} ms\n${tail(output)}`)),
        ),
      timeoutMs,
    );
    function finish(settle: () => void): void {
      clearTimeout(timer);
      unwatch();
      settle();
    }
    // Output is complete once it has exited, so a match in the last lines has settled this before.
    void exited.then(({ code, signal }) =>
      finish(() =>
        reject(
          new ProcessEnded(`${command}: ended (${signal ?? code}) before a line matched ${pattern}\n${tail(output)}`),
        ),
      ),
    );
  });
}

function tail(output: Output): string {
  const lines = output.lines(output.count - 20).map(({ stream, text }) => `  ${stream}: ${text}`);
  return lines.length === 0 ? '  (it wrote nothing)' : lines.join('\n');
}
