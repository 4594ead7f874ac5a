import test, { type ExecutionContext } from 'ava';
import type { EncodeAnswer, EncodeTask } from '../../src/node/encode-messages.ts';
import { EncodeEndedError, type EncodeOutcome, EncodeThreads, type EncodeWork } from '../../src/node/encode-threads.ts';

/** A thread that answers with its number, and does what a task's `mime` says: throw, end, or tell how much came. */
const PROGRAM = `
  import { parentPort, threadId } from 'node:worker_threads';
  parentPort.on('message', (tasks) => {
    const answers = tasks.map(({ id, task }) => {
      if (task.mime === 'end') process.exit(1);
      if (task.mime === 'throw') return { id, defect: 'thrown' };
      const message = task.mime === 'count' ? String(task.upload.length) : task.digest;
      return { id, answer: { kind: 'refused', code: String(threadId), message } };
    });
    parentPort.postMessage(answers);
  });`;

function open(t: ExecutionContext, most: number): EncodeThreads {
  const file = new URL(`data:text/javascript,${encodeURIComponent(PROGRAM)}`);
  const threads = new EncodeThreads({ file, data: { covers: [], defaultCover: '' }, most, idleMs: 50 });
  t.teardown(() => threads.close());
  return threads;
}

function task(digest: string, mime = ''): Extract<EncodeTask, { kind: 'encode' }> {
  return { kind: 'encode', upload: new Uint8Array(4), digest, mime, cover: undefined };
}

function threadOf(answer: EncodeAnswer): string {
  return answer.kind === 'refused' ? answer.code : '';
}

test('S5 S7 pictures that nobody wants any more are not begun, and calling them off ends no thread', async (t) => {
  const threads = open(t, 1);
  const first = threadOf(await threads.run(task('first')));
  const outcomes = new Map<number, EncodeOutcome>();
  const calls = Array.from({ length: 40 }, (_, i): EncodeWork => {
    return { task: task(String(i)), ended: (outcome) => outcomes.set(i, outcome) };
  });
  for (const call of calls) threads.begin(call);
  for (const [i, call] of calls.entries()) if (i % 2 === 1) threads.callOff(call);
  t.is(threadOf(await threads.run(task('last'))), first, 'one thread does it all, in order');
  for (const i of calls.keys()) {
    const outcome = outcomes.get(i);
    if (i % 2 === 1) t.is(outcome, undefined);
    else t.like(outcome, { answer: { kind: 'refused', code: first, message: String(i) } });
  }
});

test('S7 the memory of an upload goes over to the thread, and one that shares its memory is copied', async (t) => {
  const threads = open(t, 1);
  const [own, memory] = [new Uint8Array(10_000), new Uint8Array(10_000)];
  const shared = memory.subarray(5_000);
  const answers = await Promise.all([own, shared].map((upload) => threads.run({ ...task('read', 'count'), upload })));
  t.deepEqual(
    answers.map((answer) => answer.kind === 'refused' && answer.message),
    ['10000', '5000'],
  );
  t.is(own.length, 0);
  t.is(memory.length, 10_000);
});

test('S5 work that throws fails alone, and a thread that ends takes only its own tasks with it', async (t) => {
  const threads = open(t, 1);
  const [bad, good] = await Promise.allSettled([threads.run(task('bad', 'throw')), threads.run(task('good'))]);
  t.like(bad, { status: 'rejected', reason: { message: 'thrown' } });
  t.true(bad?.status === 'rejected' && bad.reason instanceof EncodeEndedError);
  t.is(good.status, 'fulfilled');
  const outcomes = await Promise.allSettled([
    threads.run(task('last', 'end')),
    ...Array.from({ length: 8 }, (_, i) => threads.run(task(String(i)))),
  ]);
  t.is(outcomes[0]?.status, 'rejected');
  // What had gone over together with it is lost; what waited here is done by the next thread.
  t.true(outcomes.slice(4).every(({ status }) => status === 'fulfilled'));
  t.is((await threads.run(task('after'))).kind, 'refused');
});

test('S5 more work makes more threads up to the cap, and those beyond the first end when idle', async (t) => {
  const threads = open(t, 3);
  const many = async (): Promise<Set<string>> =>
    new Set((await Promise.all(Array.from({ length: 30 }, (_, i) => threads.run(task(String(i)))))).map(threadOf));
  t.is((await many()).size, 3);
  while (threads.size > 1) await new Promise((resolve) => setTimeout(resolve, 5));
  t.is((await many()).size, 3);
});
