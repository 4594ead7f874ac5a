import test from 'ava';
import { killAt } from './support/killed/lane.ts';

// Early and late ones: all effects have their turn in the long tests.
test('U4 U5 U6 U7 U8 D4 M5 N9 N10: owner, viewer and server killed before some of their effects: changes once, no view gained, at most one lost', (t) =>
  killAt(t, [
    ['viewer', 30],
    ['owner', 12],
    ['server', 21],
    ['viewer', 95],
    ['owner', 34],
    ['server', 60],
  ]));
