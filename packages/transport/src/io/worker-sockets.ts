import type { UdpSocket } from './udp-driver.ts';

/** A freed worker port stays bound this long for the next lane; so that a lane costs no system call when many follow. */
const LINGER_MS = 2_000;

export interface WorkerSocket {
  /** The number that the core knows it by; never 0. */
  readonly number: number;
  readonly udp: UdpSocket;
}

/** Worker ports, in use or lingering. */
export class WorkerSockets {
  readonly #open: (number: number) => Promise<UdpSocket>;
  readonly #used = new Map<number, WorkerSocket>();
  readonly #idle: { readonly socket: WorkerSocket; readonly since: number }[] = [];
  #next = 1;
  #sweep: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(open: (number: number) => Promise<UdpSocket>) {
    this.#open = open;
  }

  get(number: number): WorkerSocket | undefined {
    return this.#used.get(number);
  }

  /** A lingering port if there is one: then at once. Otherwise a new one. */
  acquire(): WorkerSocket | Promise<WorkerSocket> {
    // The one freed last: the others may then grow old enough to go.
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      this.#used.set(idle.socket.number, idle.socket);
      return idle.socket;
    }
    return this.#make();
  }

  release(number: number): void {
    const socket = this.#used.get(number);
    if (socket === undefined) return;
    this.#used.delete(number);
    this.#idle.push({ socket, since: performance.now() });
    this.#sweep ??= setTimeout(() => this.#closeOld(), LINGER_MS).unref();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#sweep);
    const sockets = [...this.#used.values(), ...this.#idle.map(({ socket }) => socket)];
    this.#used.clear();
    this.#idle.length = 0;
    await Promise.all(sockets.map(({ udp }) => udp.close()));
  }

  async #make(): Promise<WorkerSocket> {
    const number = this.#next++;
    const udp = await this.#open(number);
    const socket = { number, udp };
    this.#used.set(number, socket);
    if (this.#closed) {
      this.#used.delete(number);
      await udp.close();
    }
    return socket;
  }

  #closeOld(): void {
    const before = performance.now() - LINGER_MS;
    while (this.#idle[0] !== undefined && this.#idle[0].since <= before) void this.#idle.shift()!.socket.udp.close();
    this.#sweep = this.#idle.length === 0 ? undefined : setTimeout(() => this.#closeOld(), LINGER_MS / 2).unref();
  }
}
