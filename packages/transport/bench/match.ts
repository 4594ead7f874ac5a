import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Answer, Order, OrderName, Way } from './client.ts';
import { type ContenderName, LOOPBACK, type ServerAddress, type ServerReport } from './contender.ts';

const SERVER = new URL('./server.ts', import.meta.url);
const CLIENT = new URL('./client.ts', import.meta.url);

/** The next thing that a child says. @throws when it ends instead, or says that it failed */
async function answerOf(child: ChildProcess): Promise<unknown> {
  if (child.exitCode !== null || child.signalCode !== null) throw new Error('a side of the match has ended');
  const ended = new AbortController();
  const { signal } = ended;
  const exit = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`a side of the match ended with ${code}`);
  });
  try {
    const [message] = (await Promise.race([once(child, 'message', { signal }), exit])) as [unknown];
    if (typeof message === 'object' && message !== null && 'error' in message) throw new Error(String(message.error));
    return message;
  } finally {
    exit.catch(() => {});
    ended.abort();
  }
}

/** Where the two sides of a match run. */
export interface Ground {
  /** The address that the server binds to. */
  readonly host: string;
  run(side: 'server' | 'client', module: URL, args: readonly string[]): ChildProcess;
}

const HERE: Ground = {
  host: LOOPBACK,
  run: (_side, module, args) => fork(fileURLToPath(module), args, { execArgv: process.execArgv }),
};

/**
 * A contender's client and its server, each in a process of its own: two contenders in one process would teach the engine that the same code meets
 * several kinds of objects, and make both slower than their users will ever see them.
 */
export class Match {
  /** What the contender can do. */
  readonly ways: readonly Way[];
  readonly #server: ChildProcess;
  readonly #client: ChildProcess;

  private constructor(ways: readonly Way[], server: ChildProcess, client: ChildProcess) {
    this.ways = ways;
    this.#server = server;
    this.#client = client;
  }

  static async open(name: ContenderName, ground: Ground = HERE): Promise<Match> {
    const server = ground.run('server', SERVER, ['serve', name, ground.host]);
    const address = (await answerOf(server)) as ServerAddress;
    const client = ground.run('client', CLIENT, ['client', name, JSON.stringify(address)]);
    const ways = (await answerOf(client)) as readonly Way[];
    return new Match(ways, server, client);
  }

  /** Has the client do something, without waiting for it. */
  start<Name extends OrderName>(name: Name, order: Order<Name>): void {
    this.#client.send([name, order]);
  }

  async ask<Name extends OrderName>(name: Name, order: Order<Name>): Promise<Answer<Name>> {
    this.start(name, order);
    for (;;) {
      const [done, answer] = (await answerOf(this.#client)) as [OrderName, Answer<Name>];
      // What was started before may have ended meanwhile.
      if (done === name) return answer;
    }
  }

  async report(): Promise<ServerReport> {
    this.#server.send('report');
    return (await answerOf(this.#server)) as ServerReport;
  }

  /** What the client answers, and the CPU time that both sides take for it, in ms. Nobody else may be at work meanwhile. */
  async cost<Name extends OrderName>(
    name: Name,
    order: Order<Name>,
  ): Promise<Answer<Name> & { readonly bothMs: number }> {
    const before = await this.#cpuMs();
    const answer = await this.ask(name, order);
    return { ...answer, bothMs: (await this.#cpuMs()) - before };
  }

  /** CPU time of both sides so far, in ms. */
  async #cpuMs(): Promise<number> {
    return (await this.ask('cpu', {})).cpuMs + (await this.report()).cpuMs;
  }

  async close(): Promise<void> {
    if (this.#client.connected) await this.ask('close', {});
    for (const side of [this.#client, this.#server]) {
      if (!side.connected) continue;
      const exit = once(side, 'exit');
      side.disconnect();
      await exit;
    }
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
    await Promise.allSettled([...this.#open.values()].map(async (match) => (await match).close()));
  }
}
