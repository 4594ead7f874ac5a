import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Random } from '@p2pimg/netsim';

const PRELOAD = fileURLToPath(new URL('./preload.ts', import.meta.url));
const REAL = '127.0.0.1';
const RELAYED = '127.0.0.2';
const BUFFER_BYTES = 4 * 1024 * 1024;

export interface RelayOptions {
  readonly random: Random;
  /** Of each datagram, in each direction. */
  readonly loss: number;
  /** In each direction. */
  readonly delayMs: number;
}

/**
 * Real UDP between real processes over a bad way: who listens at 127.0.0.1:P is reached at 127.0.0.2:P, and so are those who answer. Datagrams
 * that pass are lost by a seeded choice, come late, and are counted.
 */
export class Relay implements AsyncDisposable {
  /** Where processes behind the relay tell others to find them. */
  readonly host: string = RELAYED;
  readonly #options: RelayOptions;
  readonly #control: Socket;
  readonly #doors = new Map<number, Socket>();
  /** Whose a port is, and bytes that have come from each. */
  readonly #names = new Map<number, string>();
  readonly #bytes = new Map<string, number>();
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(options: RelayOptions, control: Socket) {
    this.#options = options;
    this.#control = control;
  }

  static async open(options: RelayOptions): Promise<Relay> {
    const control = createSocket('udp4');
    const relay = new Relay(options, control);
    control.on('message', (words) => {
      const [port, name = ''] = words.toString().split(' ');
      relay.#stand(Number(port), name);
    });
    control.bind(0, REAL);
    await once(control, 'listening');
    return relay;
  }

  /** What a process of that name has to be started with. */
  environment(name: string): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import=${PRELOAD}`, P2PIMG_RELAY: `${this.#control.address().port} ${name}` };
  }

  /** Bytes of datagrams that have come to the relay from processes of that name, lost ones included. */
  bytesFrom(name: string): number {
    return this.#bytes.get(name) ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const timer of this.#timers) clearTimeout(timer);
    const sockets = [this.#control, ...this.#doors.values()];
    await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => socket.close(() => resolve()))));
  }

  /** Stands before a port: what comes for it is passed on, out of the door of the one it came from. */
  #stand(port: number, name: string): void {
    this.#names.set(port, name);
    if (this.#doors.has(port)) return;
    const door = createSocket({ type: 'udp4', recvBufferSize: BUFFER_BYTES, sendBufferSize: BUFFER_BYTES });
    this.#doors.set(port, door);
    door.on('message', (datagram, from) => this.#pass(datagram, from, port));
    door.bind(port, RELAYED);
  }

  #pass(datagram: Buffer, from: RemoteInfo, to: number): void {
    const { random, loss, delayMs } = this.#options;
    const sender = this.#names.get(from.port) ?? '';
    this.#bytes.set(sender, (this.#bytes.get(sender) ?? 0) + datagram.length);
    if (random.chance(loss)) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#doors.get(from.port)?.send(datagram, to, REAL);
    }, delayMs);
    this.#timers.add(timer);
  }
}
