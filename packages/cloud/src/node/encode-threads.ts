import { Worker } from 'node:worker_threads';
import type {
  EncodeAnswer,
  EncodeTask,
  EncodeWorkerData,
  FromEncodeThread,
  ToEncodeThread,
} from './encode-messages.ts';

/**
 * Tasks that a thread has at most: with the next ones at hand it need not wait for this thread's turn between two pictures. What
 * is beyond waits here, for whichever thread is free first, and can still be called off.
 */
const MOST_IN_THREAD = 4;

/** What a thread works on lies outside of its heap: more than this would only fill memory with what is garbage already. */
const YOUNG_MB = 8;

/** How work ended. */
export type EncodeOutcome = { readonly answer: EncodeAnswer } | { readonly error: EncodeEndedError };

/** Work that was given, and whom to tell how it ended. */
export interface EncodeWork {
  readonly task: EncodeTask;
  readonly ended: (outcome: EncodeOutcome) => void;
}

interface Thread {
  readonly worker: Worker;
  /** By number; in the order in which they were given. */
  readonly given: Map<number, EncodeWork>;
  idle: NodeJS.Timeout | undefined;
}

/** What goes over to one thread together. */
interface Batch {
  readonly tasks: ToEncodeThread[number][];
  /** Of the uploads: handed over, not copied. */
  readonly memory: ArrayBuffer[];
}

/** Whether nothing else lies in the same memory. */
function isAlone(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength;
}

export interface EncodeThreadsOptions {
  /** The thread's program. */
  readonly file: URL;
  readonly data: EncodeWorkerData;
  /** Threads at most, ≥ 1. */
  readonly most: number;
  /** Threads beyond the first end after this long without work. */
  readonly idleMs: number;
}

/** The work threw, or its thread has ended under it. */
export class EncodeEndedError extends Error {
  override readonly name = 'EncodeEndedError';
}

/**
 * Threads that hide pictures. Tasks go over together, one message to a thread in each turn of the event loop, and answers come back
 * together: under load handing a picture over would cost more than hiding it. Work that is called off while it waits is dropped; what
 * a thread is at, it finishes: ending the thread would cost many pictures' time.
 */
export class EncodeThreads {
  readonly #options: EncodeThreadsOptions;
  readonly #threads: Thread[] = [];
  readonly #waiting = new Set<EncodeWork>();
  #lastId = 0;
  #handing: NodeJS.Immediate | undefined;
  #closed = false;

  constructor(options: EncodeThreadsOptions) {
    this.#options = options;
    this.#threads.push(this.#start());
  }

  get size(): number {
    return this.#threads.length;
  }

  /** @throws EncodeEndedError when the work threw, or its thread ended */
  run(task: EncodeTask): Promise<EncodeAnswer> {
    return new Promise((resolve, reject) => {
      this.begin({ task, ended: (outcome) => ('answer' in outcome ? resolve(outcome.answer) : reject(outcome.error)) });
    });
  }

  /** Has it done. It ends once, later than this returns unless the threads are closed, or never when it is called off before it began. */
  begin(work: EncodeWork): void {
    if (this.#closed) {
      work.ended({ error: new EncodeEndedError('the server ends') });
      return;
    }
    this.#waiting.add(work);
    this.#handOver();
  }

  /** Nobody wants it any more. What a thread has already ends as usual. */
  callOff(work: EncodeWork): void {
    this.#waiting.delete(work);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearImmediate(this.#handing);
    for (const { ended } of this.#waiting) ended({ error: new EncodeEndedError('the server ends') });
    this.#waiting.clear();
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  /** At the end of this turn. */
  #handOver(): void {
    this.#handing ??= setImmediate(() => {
      this.#handing = undefined;
      this.#handOverNow();
    });
  }

  #handOverNow(): void {
    const batches = new Map<Thread, Batch>();
    for (const work of this.#waiting) {
      const thread = this.#freest();
      if (thread === undefined) break;
      this.#waiting.delete(work);
      const id = ++this.#lastId;
      thread.given.set(id, work);
      let batch = batches.get(thread);
      if (batch === undefined) {
        batch = { tasks: [], memory: [] };
        batches.set(thread, batch);
      }
      const { task } = work;
      batch.tasks.push({ id, task });
      if (task.kind === 'encode' && isAlone(task.upload)) batch.memory.push(task.upload.buffer);
    }
    for (const [{ worker, idle }, { tasks, memory }] of batches) {
      clearTimeout(idle);
      worker.postMessage(tasks satisfies ToEncodeThread, memory);
    }
  }

  /** Who has least to do; a new thread before anybody has two things, as long as there may be more. */
  #freest(): Thread | undefined {
    let freest: Thread | undefined;
    for (const thread of this.#threads) {
      if (freest === undefined || thread.given.size < freest.given.size) freest = thread;
    }
    const busy = freest === undefined || freest.given.size > 0;
    if (busy && this.#threads.length < this.#options.most) {
      freest = this.#start();
      this.#threads.push(freest);
    }
    return freest !== undefined && freest.given.size < MOST_IN_THREAD ? freest : undefined;
  }

  #start(): Thread {
    const { file, data } = this.#options;
    const thread: Thread = {
      worker: new Worker(file, { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: YOUNG_MB } }),
      given: new Map(),
      idle: undefined,
    };
    let cause: Error | undefined;
    thread.worker.on('message', (answers: FromEncodeThread) => this.#answered(thread, answers));
    thread.worker.on('error', (error) => {
      cause = error instanceof Error ? error : new Error('failed');
    });
    thread.worker.on('exit', () => this.#ended(thread, cause));
    return thread;
  }

  #answered(thread: Thread, answers: FromEncodeThread): void {
    for (const answered of answers) {
      const work = thread.given.get(answered.id);
      thread.given.delete(answered.id);
      if ('answer' in answered) work?.ended(answered);
      else work?.ended({ error: new EncodeEndedError(answered.defect) });
    }
    if (this.#waiting.size > 0) this.#handOver();
    if (thread.given.size > 0 || this.#threads.length < 2) return;
    clearTimeout(thread.idle);
    thread.idle = setTimeout(() => this.#endIfIdle(thread), this.#options.idleMs).unref();
  }

  /** Only the one that is there from the start stays for ever. */
  #endIfIdle(thread: Thread): void {
    if (thread.given.size > 0 || this.#threads.length < 2) return;
    this.#threads.splice(this.#threads.indexOf(thread), 1);
    void thread.worker.terminate();
  }

  #ended(thread: Thread, cause: Error | undefined): void {
    clearTimeout(thread.idle);
    for (const { ended } of thread.given.values()) {
      ended({ error: new EncodeEndedError('the thread ended', { cause }) });
    }
    thread.given.clear();
    const place = this.#threads.indexOf(thread);
    if (place < 0 || this.#closed) return;
    this.#threads.splice(place, 1);
    if (this.#waiting.size > 0) this.#handOver();
  }
}
