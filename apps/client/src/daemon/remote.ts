import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { join } from 'node:path';
import type { News, Progress } from '@p2pimg/client';
import type { Api, ApiArgs, ApiMethod, ApiResult } from '../api/api.ts';
import { CommandError, EXIT } from '../exit.ts';
import { profileFolder } from '../profile-folder.ts';
import type { ClientSettings } from '../settings.ts';
import { type DaemonMessage, decodeLine, encodeLine, lineReader } from './protocol.ts';

/** Where the daemon of a profile listens. */
export function socketPath({ profile }: Pick<ClientSettings, 'profile'>): string {
  return join(profileFolder(profile), 'daemon.sock');
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: CommandError) => void;
  readonly onProgress: ((progress: Progress) => void) | undefined;
}

/** The daemon's client, through its socket. */
export class RemoteApi implements Api {
  readonly daemon = true;
  readonly #socket: Socket;
  readonly #waiting: Map<number, Waiting> = new Map();
  readonly #listeners: Set<(news: News) => void> = new Set();
  #last = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on(
      'data',
      lineReader(
        (line) => this.#received(decodeLine(line) as DaemonMessage),
        () => socket.destroy(),
      ),
    );
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      for (const { reject } of this.#waiting.values())
        reject(new CommandError('the daemon has ended', EXIT.error, 'daemon'));
      this.#waiting.clear();
    });
  }

  /** Undefined when no daemon listens there. */
  static async connect(path: string): Promise<RemoteApi | undefined> {
    const socket = createConnection(path);
    try {
      await once(socket, 'connect');
      return new RemoteApi(socket);
    } catch {
      return undefined; // no socket, or one that a dead daemon has left
    }
  }

  call<M extends ApiMethod>(
    method: M,
    args: ApiArgs<M>,
    onProgress?: (progress: Progress) => void,
  ): Promise<ApiResult<M>> {
    return this.#ask(method, args, onProgress) as Promise<ApiResult<M>>;
  }

  /** Tells the daemon to go offline and to end; resolves when it is gone. */
  readonly stop = async (): Promise<void> => {
    const closed = once(this.#socket, 'close');
    await this.#ask('stop', {});
    await closed;
  };

  onNews(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#socket.end();
  }

  #ask(method: string, args: object, onProgress?: (progress: Progress) => void): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#waiting.set(id, { resolve, reject, onProgress });
      this.#socket.write(encodeLine({ id, method, args }));
    });
  }

  #received(message: DaemonMessage): void {
    if ('news' in message) {
      for (const listener of [...this.#listeners]) listener(message.news);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if ('progress' in message) {
      waiting.onProgress?.(message.progress);
      return;
    }
    this.#waiting.delete(message.id);
    if ('error' in message) {
      const { code, message: text, exitCode, reason } = message.error;
      waiting.reject(new CommandError(text, exitCode, code, { reason }));
    } else {
      waiting.resolve(message.result);
    }
  }
}
