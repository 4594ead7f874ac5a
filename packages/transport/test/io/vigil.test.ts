import test from 'ava';
import { SOON_MS, VIGIL_MS, Vigil } from '../../src/io/vigil.ts';

const SOON = SOON_MS / 2;
const LATE = VIGIL_MS * 2;
/** Within a vigil, but so late that sleep would have been cheaper. */
const LATISH: number = (SOON_MS + VIGIL_MS) / 2;

/** Asks so many times, a millisecond apart, and is answered so much later; returns how many vigils were kept. */
function ask(vigil: Vigil, times: number, answeredAfter: number): number {
  let kept = 0;
  for (let i = 0; i < times; i++) {
    if (vigil.begin(SOON, i)) kept++;
    if (answeredAfter > VIGIL_MS) vigil.lasts(i + VIGIL_MS * 1.01);
    vigil.end(i + answeredAfter);
  }
  return kept;
}

test('T2 a vigil is kept for answers that can come in time, and lasts until then', (t) => {
  const vigil = new Vigil();
  t.false(vigil.lasts(0), 'nothing was asked');
  t.false(vigil.begin(Number.POSITIVE_INFINITY, 0), 'nothing is to be answered');
  t.false(vigil.begin(SOON_MS, 0), 'too far away');
  t.true(vigil.begin(SOON, 10));
  t.true(vigil.lasts(10 + VIGIL_MS * 0.99));
  t.false(vigil.lasts(10 + VIGIL_MS * 1.01));
  t.false(vigil.lasts(10), 'it is over');
});

test('T2 an answer ends a vigil', (t) => {
  const vigil = new Vigil();
  vigil.begin(SOON, 0);
  vigil.end(SOON);
  t.false(vigil.lasts(SOON));
});

test('T2 vigils that mostly pay are all kept', (t) => {
  const vigil = new Vigil();
  t.is(ask(vigil, 1_000, SOON), 1_000);
  for (let round = 0; round < 100; round++) t.is(ask(vigil, 2, SOON) + ask(vigil, 1, LATE), 3);
});

test('T2 vigils that do not pay are left out but for one in 32, until they do again', (t) => {
  for (const late of [LATE, LATISH]) {
    const vigil = new Vigil();
    ask(vigil, 8, late);
    t.is(ask(vigil, 32_000, late), 1_000);
    const kept = ask(vigil, 32 + 100, SOON);
    t.true(kept >= 100, `${kept} kept`);
  }
});
