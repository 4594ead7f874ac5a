import { Worker } from 'node:worker_threads';
import type { FromPictureThread, KeepTask, Kept, PictureThreadData, ToPictureThread } from './picture-messages.ts';

// The sources run as they are; the build puts the thread's file beside the bundle, under this name.
const WORKER_FILE = import.meta.url.endsWith('.ts') ? './picture-worker.ts' : './picture-worker.js';

interface Waiting {
  readonly resolve: (kept: Kept) => void;
  readonly reject: (error: Error) => void;
}

/** The thread has ended under its work, or the work threw. */
export class PictureThreadError extends Error {
  override readonly name = 'PictureThreadError';
}

/**
 * One thread for pictures, begun with the first of them. What is asked in one turn of the event loop goes over together. It does not keep
 * the program alive.
 */
export class PictureThread {
  readonly #folder: string;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #tasks: ToPictureThread[number][] = [];
  #lastId = 0;
  #closed = false;

  /** @param folder where it keeps pictures */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Takes the picture's memory. Rejects with PictureThreadError. */
  keep(task: KeepTask): Promise<Kept> {
    if (this.#closed) return Promise.reject(new PictureThreadError('the client is closed'));
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId;
      this.#waiting.set(id, { resolve, reject });
      if (this.#tasks.push({ id, task }) === 1) setImmediate(() => this.#send());
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#worker?.terminate();
  }

  #send(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    if (this.#closed) {
      this.#failAll(new PictureThreadError('the client is closed'));
      return;
    }
    this.#worker ??= this.#start();
    this.#worker.ref();
    this.#worker.postMessage(
      tasks,
      tasks.map(({ task }) => task.stego.buffer),
    );
  }

  #start(): Worker {
    const workerData: PictureThreadData = { folder: this.#folder };
    const worker = new Worker(new URL(WORKER_FILE, import.meta.url), { workerData });
    let cause: unknown;
    worker.on('message', (answers: FromPictureThread) => this.#answered(answers));
    worker.on('error', (error) => {
      cause = error;
    });
    worker.on('exit', () => {
      this.#worker = undefined; // the next picture begins another
      this.#failAll(new PictureThreadError('the thread for pictures ended', { cause }));
    });
    return worker;
  }

  #answered(answers: FromPictureThread): void {
    for (const answered of answers) {
      const waiting = this.#waiting.get(answered.id);
      this.#waiting.delete(answered.id);
      if ('kept' in answered) waiting?.resolve(answered.kept);
      else waiting?.reject(new PictureThreadError(answered.defect));
    }
    if (this.#waiting.size === 0) this.#worker?.unref();
  }

  #failAll(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}
