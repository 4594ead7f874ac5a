import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Contender, type ContenderName, LOOPBACK, type ServerAddress, type ServerReport } from './contender.ts';
import { cpuMs } from './cpu.ts';
import { moduleOf } from './server.ts';

/** A contender in this process and its server in one of its own. */
export class Match {
  readonly contender: Contender;
  readonly #server: ChildProcess;

  private constructor(contender: Contender, server: ChildProcess) {
    this.contender = contender;
    this.#server = server;
  }

  static async open(name: ContenderName): Promise<Match> {
    const server = fork(new URL('./server.ts', import.meta.url), ['serve', name, LOOPBACK], {
      execArgv: process.execArgv,
    });
    const [address] = (await once(server, 'message')) as [ServerAddress];
    return new Match(await moduleOf(name).connect(name, address), server);
  }

  /** CPU time that both sides take for `work`, in ms. Nobody else may be at work meanwhile. */
  async cpuOf(work: () => Promise<void>): Promise<number> {
    const before = cpuMs() + (await this.#serverCpuMs());
    await work();
    return cpuMs() + (await this.#serverCpuMs()) - before;
  }

  async close(): Promise<void> {
    await this.contender.close();
    this.#server.disconnect();
    await once(this.#server, 'exit');
  }

  async #serverCpuMs(): Promise<number> {
    this.#server.send('report');
    const [report] = (await once(this.#server, 'message')) as [ServerReport];
    return report.cpuMs;
  }
}

/** Matches that are opened when they are first asked for, and kept until all are closed. */
export class Matches {
  readonly #open = new Map<ContenderName, Promise<Match>>();

  get(name: ContenderName): Promise<Match> {
    const match = this.#open.get(name) ?? Match.open(name);
    this.#open.set(name, match);
    return match;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open.values()].map(async (match) => (await match).close()));
  }
}
