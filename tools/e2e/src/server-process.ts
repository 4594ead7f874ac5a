import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Exit, type SpawnedProcess, spawnNode, spawnProcess } from '@p2pimg/testkit';
import { eventually } from './eventually.ts';

const SOURCES = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));
const BUILT = fileURLToPath(new URL('../../../apps/server/dist/main.js', import.meta.url));

/** One line of a server's log (pino's JSON). */
export interface LogLine {
  readonly level: number;
  readonly time: number;
  readonly msg: string;
  readonly server: string;
  readonly requestId?: string;
  readonly handler?: string;
  readonly by?: string;
  readonly leader?: string;
}

/** What the tests read of `/statusz`. */
export interface ServerStatus {
  readonly group: {
    readonly joining: boolean;
    readonly epoch: number;
    readonly leader?: string;
    readonly members: readonly { readonly id: string; readonly state: string }[];
  };
  readonly silent: boolean;
  readonly sessions: number;
  readonly remembered: number;
  readonly unanswered: number;
  readonly working: number;
  readonly workersBusy: number;
  readonly workersWaiting: number;
  readonly counters: {
    readonly requests: Readonly<Record<string, number>>;
    readonly takeovers: number;
    readonly begun: Readonly<Partial<Record<string, number>>>;
    readonly moved: Readonly<Partial<Record<string, number>>>;
    readonly doubled: number;
    readonly duplicates: number;
    readonly turnedAway: number;
    readonly deaths: number;
  };
}

/** The program's exit code when the directory does not answer; the systemd unit then starts it again after a second. */
const UNAVAILABLE = 4;
const STARTED_AGAIN_MS = 1_000;
const MOST_STARTS = 20;

/** A server has ended instead of becoming ready. */
export class ServerEnded extends Error {
  override readonly name = 'ServerEnded';
  readonly code: number | null;
  constructor(message: string, code: number | null) {
    super(message);
    this.code = code;
  }
}

/** Added to the environment of a server. */
export type Environment = Readonly<Record<string, string>>;

interface ServerFiles {
  readonly id: string;
  /** The program as it is built (`dist`), not its sources. */
  readonly built?: boolean;
  readonly settingsPath: string;
  readonly statusPort: number;
}

/** The program `p2pimg-server run` on one settings file: over several lives, when it is killed and started again. */
export class ServerProcess {
  readonly id: string;
  readonly statusUrl: string;
  readonly #files: ServerFiles;
  readonly #environment: Environment;
  #process: SpawnedProcess;
  #frozen = false;
  /** Lines of lives that are over. */
  readonly #earlier: LogLine[] = [];

  private constructor(files: ServerFiles, environment: Environment, process: SpawnedProcess) {
    this.id = files.id;
    this.statusUrl = `http://127.0.0.1:${files.statusPort}`;
    this.#files = files;
    this.#environment = environment;
    this.#process = process;
  }

  static async start(files: ServerFiles, environment: Environment = {}): Promise<ServerProcess> {
    return new ServerProcess(files, environment, await spawn(files, environment));
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The one of its present life. */
  get process(): SpawnedProcess {
    return this.#process;
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process.stop();
    this.#frozen = false;
  }

  /** SIGTERM: it drains and ends by itself. */
  terminate(): Promise<Exit> {
    this.#process.signal('SIGTERM');
    return this.#process.exited;
  }

  /** SIGSTOP. */
  freeze(): void {
    this.#frozen = this.#process.signal('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#frozen = false;
    this.#process.signal('SIGCONT');
  }

  /** Starts it again after it has ended, as often as its supervisor would; resolves when it serves. @throws ServerEnded */
  async restart(): Promise<void> {
    this.#earlier.push(...this.#lines());
    for (let starts = 1; ; starts++) {
      this.#process = await spawn(this.#files, this.#environment);
      try {
        return await this.ready();
      } catch (error) {
        if (!(error instanceof ServerEnded && error.code === UNAVAILABLE) || starts === MOST_STARTS) throw error;
        await pause(STARTED_AGAIN_MS);
      }
    }
  }

  /** Resolves when it says that it may be given work, or plays dead (it was ready before). @throws ServerEnded */
  async ready(): Promise<void> {
    const started = this.#process;
    let ended: ServerEnded | undefined;
    void started.exited.then(({ code, signal }) => {
      const words = started.stderr || started.stdout;
      ended = new ServerEnded(`server ${this.id} ended (${signal ?? code}): ${words}`, code);
    });
    await eventually(`${this.id} is ready`, async () => {
      if (ended !== undefined) throw ended;
      const answer = await fetch(`${this.statusUrl}/readyz`).catch(() => undefined); // not listening yet
      return answer?.ok || (await answer?.text())?.startsWith('plays dead');
    });
  }

  /** Undefined when it does not answer: gone, or frozen. */
  async status(): Promise<ServerStatus | undefined> {
    if (this.#frozen) return undefined;
    const answer = await fetch(`${this.statusUrl}/statusz`).catch(() => undefined);
    return (await answer?.json()) as ServerStatus | undefined;
  }

  /** What it has logged, over all its lives. */
  log(): readonly LogLine[] {
    return [...this.#earlier, ...this.#lines()];
  }

  #lines(): LogLine[] {
    return this.#process.stdout.split('\n').flatMap((line) => {
      if (!line.startsWith('{')) return [];
      try {
        return [JSON.parse(line) as LogLine];
      } catch {
        return []; // the last line of a process that was killed
      }
    });
  }
}

function spawn({ settingsPath, built }: ServerFiles, env: Environment): Promise<SpawnedProcess> {
  const args = ['run', '--config', settingsPath];
  return built === true ? spawnProcess(process.execPath, [BUILT, ...args], { env }) : spawnNode(SOURCES, args, { env });
}
