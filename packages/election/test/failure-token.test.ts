import test from 'ava';
import { FailureToken, type FailureTokenAnswer, type FailureTokenEffect } from '../src/index.ts';
import { TokenDirectory } from './server-actor.ts';

const order = ['a', 'b', 'c'];
const config = { order, holdMs: 20_000, intervalMs: 40_000 };

const kinds = (effects: readonly FailureTokenEffect[]): string[] =>
  effects.map((effect) => {
    if (effect.type === 'report')
      return effect.fact.kind === 'token-skipped' ? `skipped: ${effect.fact.cause}` : effect.fact.kind;
    return effect.type === 'directory' ? effect.call.method : `silent until ${effect.untilMs}`;
  });

const answer = (
  opId: number,
  value?: FailureTokenAnswer,
): { type: 'answer'; opId: number; answer?: FailureTokenAnswer } =>
  value === undefined ? { type: 'answer', opId } : { type: 'answer', opId, answer: value };

/** Started at 0, told at 0 that b was down until 1,000 by the directory's clock, which shows 1,000,000 more. */
function afterB(self: string): FailureToken {
  const token = new FailureToken({ ...config, self });
  token.step(0, { type: 'start' }, true);
  token.step(0, answer(1, { row: { turn: 5, holder: 'b', until: 1_001_000 }, now: 1_000_000 }), true);
  return token;
}

test('E6 after b comes c, then a, each with a second for its turn', (t) => {
  t.is(afterB('c').nextTimeout(), 41_000);
  t.is(afterB('a').nextTimeout(), 42_000);
  t.is(afterB('b').nextTimeout(), 43_000);
});

test('E6 the holder is down until the row expires, counted from before it asked', (t) => {
  const token = afterB('c');
  t.deepEqual(kinds(token.step(41_000, { type: 'timeout' }, true)), ['takeToken']);
  const row = { turn: 6, holder: 'c', until: 1_061_300 };
  t.deepEqual(kinds(token.step(41_500, answer(2, { row, now: 1_041_300, taken: true }), true)), [
    'token-taken',
    'silent until 61000',
  ]);
  t.is(token.nextTimeout(), 41_000 + 20_000 + 40_000 + 2_000, 'two others come first');
});

test('E6 who does not begin within a second, is alone, or has no directory, skips its turn', (t) => {
  const taken = { row: { turn: 6, holder: 'c', until: 1_062_000 }, now: 1_042_000, taken: true };
  const late = afterB('c');
  late.step(41_000, { type: 'timeout' }, true);
  t.deepEqual(kinds(late.step(42_001, answer(2, taken), true)), ['skipped: late']);
  const alone = afterB('c');
  t.deepEqual(kinds(alone.step(41_000, { type: 'timeout' }, false)), ['skipped: alone']);
  const lately = afterB('c');
  lately.step(41_000, { type: 'timeout' }, true);
  t.deepEqual(kinds(lately.step(41_100, answer(2, taken), false)), ['skipped: alone'], 'the other has died meanwhile');
  const cut = afterB('c');
  cut.step(41_000, { type: 'timeout' }, true);
  t.deepEqual(kinds(cut.step(42_000, { type: 'timeout' }, true)), ['skipped: no-directory']);
  t.deepEqual(kinds(cut.step(42_100, answer(2, taken), true)), [], 'an answer after giving up is none');
  t.deepEqual(kinds(cut.step(47_000, { type: 'timeout' }, true)), ['readToken']);
});

test('E6 another manifest is another order: the row is read again, and turns are counted by the new one', (t) => {
  const row = { turn: 5, holder: 'b', until: 1_001_000 };
  const token = afterB('a');
  token.setOrder(100, ['a', 'b']);
  t.deepEqual(kinds(token.step(100, { type: 'timeout' }, true)), ['readToken']);
  token.step(100, answer(2, { row, now: 1_000_100 }), true);
  t.is(token.nextTimeout(), 41_000, 'c is gone: after b comes a');
  // Also while a call is under way, and when the last holder is gone.
  token.step(41_000, { type: 'timeout' }, true);
  token.setOrder(41_000, ['a', 'd', 'e']);
  token.step(41_000, answer(3, { row, now: 1_041_000, taken: false }), true);
  t.is(token.nextTimeout(), 41_000);
  t.throws(() => token.setOrder(0, ['b']), { instanceOf: RangeError });
});

test('E6 answers that fail, come twice, or belong to nothing are harmless', (t) => {
  const token = afterB('c');
  t.deepEqual(kinds(token.step(10, answer(1, { row: undefined, now: 0 }), true)), []);
  t.deepEqual(kinds(token.step(10, answer(99), true)), []);
  token.step(41_000, { type: 'timeout' }, true);
  t.deepEqual(kinds(token.step(41_001, answer(2), true)), ['skipped: no-directory']);
  t.deepEqual(kinds(token.step(41_002, answer(2), true)), []);
});

test('E6 the row is lost, or nobody took his turn for hours: the next round goes on', (t) => {
  const fresh = new FailureToken({ ...config, self: 'b' });
  fresh.step(0, { type: 'start' }, true);
  fresh.step(5, answer(1, { row: undefined, now: 500 }), true);
  t.is(fresh.nextTimeout(), 41_000, 'the interval, and a second for a');
  const late = new FailureToken({ ...config, self: 'c' });
  late.step(0, { type: 'start' }, true);
  late.step(0, answer(1, { row: { turn: 5, holder: 'b', until: 0 }, now: 10_000_100 }), true);
  const wait = late.nextTimeout()!;
  t.true(wait >= 0 && wait <= 3_000, `${wait}`);
});

test('E6 of two that ask at once one gets it', (t) => {
  const directory = new TokenDirectory();
  const take = (holder: string): boolean =>
    directory.execute(0, { method: 'takeToken', args: { holder, turn: 0, holdMs: 100 } }).taken === true;
  t.deepEqual(['a', 'b'].map(take), [true, false]);
});

test('E6 impossible configurations are refused', (t) => {
  t.throws(() => new FailureToken({ ...config, self: 'z' }), { instanceOf: RangeError });
  t.throws(() => new FailureToken({ ...config, self: 'a', holdMs: 0 }), { instanceOf: RangeError });
});
