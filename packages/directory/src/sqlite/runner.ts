/** This thread's side of the worker: calls go over in batches, one per turn of the event loop. */

import { Worker } from 'node:worker_threads';
import type { CallRunner } from '../directory.ts';
import { type DirectoryError, UnavailableError } from '../errors.ts';
import { fromFailure } from '../failure.ts';
import type { FromWorker, NumberedAnswer, NumberedCall, ToWorker, WorkerSettings } from './messages.ts';

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Calls are small and short-lived. */
const YOUNG_MB = 8;

// The sources run as they are; the build puts the worker beside the module that this one ends up in.
const WORKER_FILE = import.meta.url.endsWith('.ts') ? './worker.ts' : './sqlite-worker.js';

/** Opens the file in a worker thread. @throws UnavailableError */
export async function openSqlite(settings: WorkerSettings, maxWaiting: number): Promise<CallRunner> {
  const runner = new SqliteRunner(
    new Worker(new URL(WORKER_FILE, import.meta.url), {
      workerData: settings,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB },
    }),
    maxWaiting,
  );
  await runner.opened;
  return runner;
}

class SqliteRunner implements CallRunner {
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #maxWaiting: number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opening: PromiseWithResolvers<void> = Promise.withResolvers();
  readonly #exited: Promise<void>;
  #batch: NumberedCall[] = [];
  #nextId = 0;
  #closed: DirectoryError | undefined;

  constructor(worker: Worker, maxWaiting: number) {
    this.#worker = worker;
    this.#maxWaiting = maxWaiting;
    this.opened = this.#opening.promise;
    this.#exited = new Promise((resolve) => worker.once('exit', resolve)).then(() => this.#fail(ended()));
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (cause) => this.#fail(ended(cause)));
  }

  run(method: NumberedCall['method'], call: object): Promise<unknown> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (this.#waiting.size >= this.#maxWaiting) {
      return Promise.reject(new UnavailableError('overloaded', 'too many calls wait for the directory'));
    }
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve, reject });
      // After the callbacks that run now: those who wait for the same answers ask again together.
      if (this.#batch.push({ id, method, call }) === 1) setImmediate(() => this.#send());
    });
  }

  async close(): Promise<void> {
    if (this.#closed === undefined) {
      this.#send();
      this.#closed = new UnavailableError('closed', 'the directory was closed');
      this.#post('close');
    }
    await this.#exited;
  }

  #send(): void {
    const calls = this.#batch;
    this.#batch = [];
    if (calls.length > 0) this.#post({ calls });
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromWorker): void {
    if ('opened' in message) this.#opening.resolve();
    else if ('failure' in message) this.#fail(fromFailure(message.failure));
    else for (const answer of message.answers) this.#settle(answer);
  }

  #settle(answer: NumberedAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('value' in answer) waiting?.resolve(answer.value);
    else waiting?.reject(fromFailure(answer.failure));
  }

  #fail(error: DirectoryError): void {
    this.#closed ??= error;
    this.#opening.reject(error);
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

function ended(cause?: unknown): UnavailableError {
  return new UnavailableError('failed', "the directory's thread has ended", cause === undefined ? {} : { cause });
}
