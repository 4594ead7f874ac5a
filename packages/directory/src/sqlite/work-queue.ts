import { isRead } from '../calls/calls.ts';
import { toFailure } from '../failure.ts';
import type { CallResult, SqliteEngine } from './engine.ts';
import type { NumberedAnswer, NumberedCall } from './messages.ts';

/** Calls of one transaction: enough to share a sync of the disk, few enough to let other processes have their turn. */
const GROUP = 128;

/** Runs reads as they come and writes in groups. Reads go on while a group waits for another process. */
export class WorkQueue {
  readonly #engine: SqliteEngine;
  readonly #answer: (answers: readonly NumberedAnswer[]) => void;
  #reads: NumberedCall[] = [];
  #writes: NumberedCall[] = [];
  #running: Promise<void> | undefined;

  constructor(engine: SqliteEngine, answer: (answers: readonly NumberedAnswer[]) => void) {
    this.#engine = engine;
    this.#answer = answer;
  }

  add(calls: readonly NumberedCall[]): void {
    for (const call of calls) (isRead(call.method) ? this.#reads : this.#writes).push(call);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /** Resolves when nothing is left to do. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#reads.length > 0 || this.#writes.length > 0) {
      await this.#serveReads();
      const group = this.#writes.splice(0, GROUP);
      if (group.length === 0) continue;
      const results = await this.#engine.write(group, () => this.#serveReads());
      this.#answer(group.map((call, index) => numbered(call, results[index] as CallResult)));
    }
  }

  async #serveReads(): Promise<void> {
    const reads = this.#reads;
    if (reads.length === 0) return;
    this.#reads = [];
    const answers: NumberedAnswer[] = [];
    for (const call of reads) answers.push(numbered(call, await this.#engine.read(call)));
    this.#answer(answers);
  }
}

function numbered({ id }: NumberedCall, result: CallResult): NumberedAnswer {
  return 'value' in result ? { id, value: result.value } : { id, failure: toFailure(result.error) };
}
