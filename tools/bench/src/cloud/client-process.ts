import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { type SpawnedProcess, spawnNode, spawnProcess } from '@p2pimg/testkit';
import { type Answer, END, type Order, type Told } from './protocol.ts';

const READY_WITHIN_MS = 60_000;
const DONE_WITHIN_MS = 600_000;

/** A program that makes requests when it is told to, in a process of its own. */
export class ClientProcess {
  readonly #process: SpawnedProcess;
  /** The line from which on it tells of its present order. */
  #orderedAt = 0;

  private constructor(process: SpawnedProcess) {
    this.#process = process;
  }

  /** Resolves when it can take orders. @param built our packages as they are built, not their sources @throws with its words when it cannot */
  static async start(
    program: URL,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
    built = false,
  ): Promise<ClientProcess> {
    const file = fileURLToPath(program);
    const process = await (built ? spawnProcess(execPath, [file, ...args], { env }) : spawnNode(file, args, { env }));
    await process.line('{"kind":"ready"}', { timeoutMs: READY_WITHIN_MS });
    return new ClientProcess(process);
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** Requests of the present order that are answered. */
  get answered(): number {
    return this.#told().findLast((told) => told.kind === 'answers')?.answered ?? 0;
  }

  async make(order: Order): Promise<readonly Answer[]> {
    this.#orderedAt = this.#process.lineCount;
    this.#process.write(`${JSON.stringify(order)}\n`);
    await this.#process.line(/^\{"kind":"done"/, { after: this.#orderedAt, timeoutMs: DONE_WITHIN_MS });
    return this.#told().flatMap((told) => (told.kind === 'answers' ? told.answers : []));
  }

  /** Lets it end by itself. */
  async end(): Promise<void> {
    this.#process.write(`${END}\n`);
    await this.#process.exited;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process.stop();
  }

  #told(): readonly Told[] {
    return this.#process
      .lines(this.#orderedAt)
      .flatMap(({ stream, text }) => (stream === 'stdout' && text.startsWith('{') ? [JSON.parse(text) as Told] : []));
  }
}
