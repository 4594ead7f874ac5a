import {
  openRemotePerson,
  type PersonOptions,
  type RemotePerson,
  type ServerProcess,
  Trap,
} from '../../../src/index.ts';

const POLL_MS = 20;
const PATIENCE_MS = 90_000;

/** What can be set to die at one of its effects, and comes back. */
export interface Victim {
  /** How often it died so far. */
  readonly deaths: number;
  /** It dies right before its n-th effect from now on. */
  arm(effects: number): Promise<void>;
  /** It lives on from now. Returns its effects since it was armed, or has started. */
  disarm(): Promise<number>;
}

/** Somebody whose client is a process that can be set to die at one of its effects, and who then starts it again and goes on. */
export class UndyingPerson implements Victim {
  readonly #options: PersonOptions;
  readonly #trap: Trap;
  #remote: RemotePerson;
  #deaths = 0;
  id = 0;

  private constructor(options: PersonOptions, trap: Trap, remote: RemotePerson) {
    this.#options = options;
    this.#trap = trap;
    this.#remote = remote;
  }

  static async open(options: PersonOptions): Promise<UndyingPerson> {
    const trap = new Trap(`${options.profile}.trap`);
    const person = new UndyingPerson(options, trap, await openRemotePerson(options, trap.environment));
    person.id = (await person.remote.call('register')).clientId;
    await person.remote.call('signIn');
    return person;
  }

  get remote(): RemotePerson {
    return this.#remote;
  }

  get deaths(): number {
    return this.#deaths;
  }

  async arm(effects: number): Promise<void> {
    await this.#trap.arm(this.#remote.process, effects);
  }

  disarm(): Promise<number> {
    return this.know((remote) => this.#trap.arm(remote.process, 0));
  }

  /** What `act` comes to; undefined when the process died of it, or before. */
  async attempt<T>(act: (remote: RemotePerson) => Promise<T>): Promise<T | undefined> {
    try {
      return await act(this.#remote);
    } catch (error) {
      if (!isDeath(error)) throw error;
      return undefined;
    }
  }

  /** Starts the client again if it has died, and signs in. */
  async wake(): Promise<void> {
    if (this.#isAlive()) return;
    await this.#remote.process.exited;
    this.#deaths += 1;
    this.#remote = await openRemotePerson(this.#options, this.#trap.environment);
    await this.#remote.call('signIn');
  }

  /** What is true of it: over its deaths. */
  async know<T>(ask: (remote: RemotePerson) => Promise<T>): Promise<T> {
    for (;;) {
      await this.wake();
      try {
        return await ask(this.#remote);
      } catch (error) {
        if (!isDeath(error)) throw error;
      }
    }
  }

  close(): Promise<void> {
    return this.#remote.kill();
  }

  #isAlive(): boolean {
    return this.#remote.process.signal('SIGCONT');
  }
}

/** A server that is started again as soon as it has died. */
export class UndyingServer implements Victim {
  readonly #server: ServerProcess;
  readonly #trap: Trap;
  #deaths = 0;
  #closed = false;
  #restarting: Promise<void> | undefined;

  /** @param trap what it was started with */
  constructor(server: ServerProcess, trap: Trap) {
    this.#server = server;
    this.#trap = trap;
    this.#guard();
  }

  get deaths(): number {
    return this.#deaths;
  }

  async arm(effects: number): Promise<void> {
    await this.#trap.arm(this.#server.process, effects);
  }

  async disarm(): Promise<number> {
    for (;;) {
      await this.#restarting;
      const { process } = this.#server;
      try {
        return await this.#trap.arm(process, 0);
      } catch (error) {
        if (!isDeath(error)) throw error;
        await process.exited;
      }
    }
  }

  /** It is not started again. */
  close(): void {
    this.#closed = true;
  }

  #guard(): void {
    void this.#server.process.exited.then(() => {
      if (this.#closed) return;
      this.#deaths += 1;
      this.#restarting = this.#server.restart().then(() => this.#guard());
    });
  }
}

/** Polls until it is true. @throws Error that says for what */
export async function until(what: string, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`it never happened that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function isDeath(error: unknown): boolean {
  return error instanceof Error && error.name === 'ProcessEnded';
}
