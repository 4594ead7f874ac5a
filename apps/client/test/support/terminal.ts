import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { runProcess } from '@p2pimg/testkit';
import type { ExecutionContext } from 'ava';

/** A program in a real terminal of 110 × 45, driven by keys. */
export class Terminal {
  readonly #socket: string;

  private constructor(socket: string) {
    this.#socket = socket;
  }

  static async start(t: ExecutionContext, command: string): Promise<Terminal> {
    const terminal = new Terminal(`p2pimg-${randomBytes(6).toString('hex')}`);
    t.teardown(() => terminal.#tmux('kill-server'));
    // What remains on the screen when the program has ended can still be read.
    await terminal.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      '-x',
      '110',
      '-y',
      '45',
      `${command}; echo "ended with $?"; sleep 600`,
    );
    return terminal;
  }

  async keys(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.#tmux('send-keys', key);
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  /** Sends a signal to the program alone, once it runs. */
  async signal(name: NodeJS.Signals): Promise<void> {
    const shell = (await this.#tmux('display-message', '-p', '#{pane_pid}')).trim();
    const [program] = (await readFile(`/proc/${shell}/task/${shell}/children`, 'utf8')).trim().split(' ');
    process.kill(Number(program), name);
  }

  /** Picks a numbered line of the list at the bottom of the screen, once it is there and highlighted. */
  async choose(number: number): Promise<void> {
    await this.shows(/❯ \d\. .*(?:\n.*){0,11}$/);
    await this.keys(String(number));
    await this.shows(new RegExp(`❯ ${number}\\. .*(?:\\n.*){0,11}$`));
    await this.keys('Enter');
  }

  /** What is on the screen now. */
  async screen(): Promise<string> {
    return (await this.#tmux('capture-pane', '-p')).trimEnd();
  }

  /** Waits until the screen shows it, and returns the screen. */
  async shows(pattern: RegExp, timeoutMs = 60_000): Promise<string> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const screen = await this.screen();
      if (pattern.test(screen)) return screen;
      if (performance.now() > end) throw new Error(`the terminal never showed ${pattern}:\n${screen}`);
    }
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    return (await runProcess('tmux', ['-L', this.#socket, ...args])).stdout;
  }
}
