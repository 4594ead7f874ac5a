import { setImmediate as turnOfLoop } from 'node:timers/promises';
import test from 'ava';
import { Turn } from '../../src/io/turn.ts';

test('T2 what a read wakes, ticks and promises included, is ready before the turn sends', async (t) => {
  const log: string[] = [];
  const turn = new Turn(() => log.push('send'));
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
  const turn = new Turn(() => sent++);
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
