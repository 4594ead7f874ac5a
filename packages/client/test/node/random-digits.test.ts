import test from 'ava';
import { randomDigits } from '../../src/node/random-digits.ts';

test('M1 N1 ids and keys are fresh digits of the length that is asked for, over many refills', (t) => {
  const digits = randomDigits();
  const seen = new Set<string>();
  const counts = new Map<string, number>();
  for (let i = 0; i < 2_000; i++) {
    const bytes = i % 3 === 0 ? 32 : 16;
    const some = digits(bytes);
    t.regex(some, new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
    t.false(seen.has(some));
    seen.add(some);
    for (const digit of some) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  // 2^16 digits or so: none of the sixteen is more than a tenth off, or random numbers are not random.
  const mean = [...counts.values()].reduce((a, b) => a + b) / 16;
  t.is(counts.size, 16);
  for (const [digit, count] of counts) t.true(Math.abs(count - mean) < mean / 10, `${digit} ${count} times`);
});
