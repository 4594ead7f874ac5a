import { setImmediate as turnOfLoop } from 'node:timers/promises';
import test from 'ava';
import { Turn } from '../../src/io/turn.ts';
import { Vigil } from '../../src/io/vigil.ts';

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

/** Keeps watch as long as it is told to, and says how it went. */
class Watch extends Vigil {
  readonly asked: number[] = [];
  turns = 0;
  heard = 0;
  #left: number;

  constructor(turns: number) {
    super(() => 0);
    this.#left = turns;
  }

  override begin(answerMs: number): boolean {
    this.asked.push(answerMs);
    return this.#left > 0;
  }

  override end(): void {
    this.heard++;
    this.#left = 0;
  }

  override lasts(): boolean {
    this.turns++;
    return --this.#left > 0;
  }
}

test('T2 the loop goes round as long as the vigil lasts', async (t) => {
  const watch = new Watch(5);
  const turn = new Turn(() => 0.05, watch);
  turn.sendable();
  for (let i = 0; i < 20; i++) await turnOfLoop();
  t.deepEqual(watch.asked, [0.05]);
  t.is(watch.turns, 5);
});

test('T2 what has arrived ends the vigil, and is sent an answer to', async (t) => {
  const watch = new Watch(1_000);
  let sent = 0;
  const turn = new Turn(() => ++sent, watch);
  turn.sendable();
  for (let i = 0; i < 3; i++) await turnOfLoop();
  turn.received(0);
  for (let i = 0; i < 20; i++) await turnOfLoop();
  t.is(watch.heard, 1);
  t.true(watch.turns <= 5, `${watch.turns} turns`);
  t.is(sent, 2);
});

test('T2 a turn that ends watches no more', async (t) => {
  const watch = new Watch(1_000);
  const turn = new Turn(() => 0, watch);
  turn.sendable();
  for (let i = 0; i < 3; i++) await turnOfLoop();
  turn.end();
  const { turns } = watch;
  for (let i = 0; i < 20; i++) await turnOfLoop();
  t.is(watch.turns, turns);
});
