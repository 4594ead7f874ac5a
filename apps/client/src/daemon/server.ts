import { chmod, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import type { News } from '@p2pimg/client';
import { z } from 'zod';
import { API_METHODS, type Api, type ApiMethod } from '../api/api.ts';
import { EXIT, type Failure } from '../exit.ts';
import { failureOf } from '../failure.ts';
import { type DaemonMessage, type DaemonRequest, decodeLine, encodeLine, lineReader } from './protocol.ts';

const requestSchema: z.ZodType<DaemonRequest> = z.strictObject({
  id: z.int().min(1),
  method: z.enum([...API_METHODS, 'stop']),
  args: z.record(z.string(), z.unknown()),
});

const DEFECT: Failure = { code: 'error', message: 'the daemon failed; see its log', exitCode: EXIT.error };

/** Answers commands of the same user through a unix socket with mode 0600. */
export class DaemonServer {
  /** Resolves when a command has asked the daemon to stop. */
  readonly stopAsked: Promise<void>;
  readonly #api: Api;
  readonly #path: string;
  readonly #server: Server;
  readonly #sockets: Set<Socket> = new Set();
  #askToStop: () => void = () => {};

  private constructor(api: Api, path: string) {
    this.#api = api;
    this.#path = path;
    this.#server = createServer((socket) => this.#serve(socket));
    this.stopAsked = new Promise((resolve) => {
      this.#askToStop = resolve;
    });
  }

  /** The profile's lock is held: a socket that is there was left by a daemon that has died. */
  static async open(api: Api, path: string): Promise<DaemonServer> {
    const daemon = new DaemonServer(api, path);
    await rm(path, { force: true });
    const mask = process.umask(0o177);
    try {
      await new Promise<void>((resolve, reject) => {
        daemon.#server.once('error', reject);
        daemon.#server.listen(path, resolve);
      });
    } finally {
      process.umask(mask);
    }
    await chmod(path, 0o600);
    return daemon;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.end();
    await new Promise((resolve) => this.#server.close(resolve));
    await rm(this.#path, { force: true });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    const send = (message: DaemonMessage): void => void socket.write(encodeLine(message));
    const unsubscribe = this.#api.onNews((news: News) => send({ news }));
    socket.on('close', () => {
      unsubscribe();
      this.#sockets.delete(socket);
    });
    socket.on('error', () => socket.destroy()); // the command has ended: nobody waits for the answer
    const read = lineReader(
      (line) => void this.#answer(line, send),
      () => socket.destroy(),
    );
    socket.on('data', read);
  }

  async #answer(line: string, send: (message: DaemonMessage) => void): Promise<void> {
    const request = requestSchema.safeParse(parse(line));
    if (!request.success) return;
    const { id, method, args } = request.data;
    if (method === 'stop') {
      send({ id, result: null });
      this.#askToStop();
      return;
    }
    try {
      const result = await this.#api.call(method as ApiMethod, args as never, (progress) => send({ id, progress }));
      send({ id, result: result ?? null });
    } catch (error) {
      const failure = (await failureOf(error)) ?? DEFECT;
      send({ id, error: failure });
    }
  }
}

function parse(line: string): unknown {
  try {
    return decodeLine(line);
  } catch {
    return undefined; // refused like any other malformed request
  }
}
