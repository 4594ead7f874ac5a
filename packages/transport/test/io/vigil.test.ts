import test from 'ava';
import { LONGEST_REST_MS, SOON_MS, VIGIL_MS, VIGILS_AT_A_TIME, Vigil } from '../../src/io/vigil.ts';

const SOON = SOON_MS / 2;
const LATE = VIGIL_MS * 2;
/** Within a vigil, but so late that sleep would have been cheaper. */
const LATISH: number = (SOON_MS + VIGIL_MS) / 2;
const calm = (): number => 0;

/** Asks so many times, a millisecond apart, and is answered so much later; returns how many vigils were kept. */
function ask(vigil: Vigil, times: number, answeredAfter: number, from = 0): number {
  let kept = 0;
  for (let i = from; i < from + times; i++) {
    if (vigil.begin(SOON, i)) kept++;
    if (answeredAfter > VIGIL_MS) vigil.lasts(i + VIGIL_MS * 1.01);
    vigil.end(i + answeredAfter);
  }
  return kept;
}

test('T2 a vigil is kept for answers that can come in time, and lasts until then', (t) => {
  const vigil = new Vigil(calm);
  t.false(vigil.lasts(0), 'nothing was asked');
  t.false(vigil.begin(Number.POSITIVE_INFINITY, 0), 'nothing is to be answered');
  t.false(vigil.begin(Number.NaN, 0), 'nobody knows');
  t.false(vigil.begin(SOON_MS, 0), 'too far away');
  t.true(vigil.begin(SOON, 10));
  t.true(vigil.lasts(10 + VIGIL_MS * 0.99));
  t.false(vigil.lasts(10 + VIGIL_MS * 1.01));
  t.false(vigil.lasts(10), 'it is over');
});

test('T2 an answer ends a vigil', (t) => {
  const vigil = new Vigil(calm);
  vigil.begin(SOON, 0);
  vigil.end(SOON);
  t.false(vigil.lasts(SOON));
});

test('T2 vigils that mostly pay are all kept', (t) => {
  const vigil = new Vigil(calm);
  t.is(ask(vigil, 1_000, SOON), 1_000);
  for (let round = 0; round < 100; round++) t.is(ask(vigil, 2, SOON) + ask(vigil, 1, LATE), 3);
});

test('T2 vigils that do not pay are left out but for one in 32, until they do again', (t) => {
  for (const late of [LATE, LATISH]) {
    const vigil = new Vigil(calm);
    ask(vigil, 8, late);
    t.is(ask(vigil, 32_000, late), 1_000);
    const kept = ask(vigil, 32 + 100, SOON);
    t.true(kept >= 100, `${kept} kept`);
  }
});

test('T2 who asks again while nothing comes does not make a vigil pay', (t) => {
  const vigil = new Vigil(calm);
  for (let i = 0; i < 8; i++) {
    vigil.begin(SOON, i);
    vigil.begin(SOON, i + LATISH);
    vigil.end(i + LATISH + SOON);
  }
  t.is(ask(vigil, 31, SOON, 10), 0);
});

test('T2 where others want the processor hardly a vigil is kept, and all when they no longer do', (t) => {
  let switches = 0;
  let crowded = true;
  const vigil = new Vigil(() => switches);
  let now = 0;
  const kept = (seconds: number): number => {
    let count = 0;
    for (const end = now + seconds * 1e3; now < end; now += 0.1) {
      if (vigil.begin(SOON, now)) count++;
      vigil.end(now + SOON);
      if (crowded) switches++;
    }
    return count;
  };
  kept(2);
  const few = kept(10);
  t.true(few <= (10_000 / LONGEST_REST_MS + 1) * VIGILS_AT_A_TIME, `${few} kept`);
  crowded = false;
  kept(1);
  t.true(kept(10) > 99_000);
});
