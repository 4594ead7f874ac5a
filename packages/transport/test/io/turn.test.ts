import { setImmediate as turnOfLoop } from 'node:timers/promises';
import test from 'ava';
import { Turn } from '../../src/io/turn.ts';
import { SOON_MS } from '../../src/io/vigil.ts';

test('T2 what a read wakes, ticks and promises included, is ready before the turn sends', async (t) => {
  const log: string[] = [];
  const turn = new Turn(() => {
    log.push('send');
    return Number.POSITIVE_INFINITY;
  });
  const read = (name: string) => (): void => {
    log.push(name);
    process.nextTick(() => log.push(`tick of ${name}`));
    void Promise.resolve().then(() => {
      log.push(`promise of ${name}`);
      turn.sendable();
    });
  };
  // Something else of the program was to be sent in this turn already.
  turn.sendable();
  turn.readable(read('a'));
  turn.readable(read('b'));
  turn.sendable();
  await turnOfLoop();
  t.deepEqual(log, ['a', 'b', 'tick of a', 'tick of b', 'promise of a', 'promise of b', 'send']);
  await turnOfLoop();
  t.is(log.at(-1), 'send');
  t.is(log.length, 7, 'and it sends once');
});

test('T2 a read that fails surfaces, and keeps neither sending nor the next turn from coming', async (t) => {
  const failure = new Error('a read that fails');
  const surfaced = new Promise((resolve) => process.prependOnceListener('uncaughtException', resolve));
  const others = process.rawListeners('uncaughtException').slice(1);
  for (const listener of others) process.off('uncaughtException', listener as () => void);
  let sent = 0;
  const turn = new Turn(() => {
    sent++;
    return Number.POSITIVE_INFINITY;
  });
  turn.readable(() => {
    throw failure;
  });
  t.is(await surfaced, failure);
  for (const listener of others) process.on('uncaughtException', listener as () => void);
  while (sent === 0) await turnOfLoop();
  const again = new Promise<void>((resolve) => turn.readable(resolve));
  await again;
  while (sent === 1) await turnOfLoop();
  t.is(sent, 2);
});

test('T2 a turn that is over neither reads nor sends', async (t) => {
  const turn = new Turn(() => t.fail());
  turn.sendable();
  turn.readable(() => t.fail());
  turn.end();
  turn.readable(() => t.fail());
  turn.sendable();
  await turnOfLoop();
  await turnOfLoop();
  t.pass();
});

/** Whether the loop has something to do at its next turn, so that it does not sleep. Other tests' immediates count as well: such tests run alone. */
const isAwake = (): boolean => process.getActiveResourcesInfo().includes('Immediate');

test.serial('T2 the loop stays awake for an answer that may come at once, but not for ever', async (t) => {
  const turn = new Turn(() => SOON_MS / 2);
  turn.sendable();
  await turnOfLoop();
  t.true(isAwake());
  while (isAwake()) await turnOfLoop();
  t.pass();
});

test.serial('T2 the loop sleeps when nothing is to be answered, or not so soon', async (t) => {
  for (const answerMs of [Number.POSITIVE_INFINITY, SOON_MS]) {
    const turn = new Turn(() => answerMs);
    turn.sendable();
    await turnOfLoop();
    t.false(isAwake());
  }
});

test.serial('T2 a turn that ends lets the loop sleep', async (t) => {
  const turn = new Turn(() => 0);
  turn.sendable();
  await turnOfLoop();
  turn.end();
  t.false(isAwake());
});
