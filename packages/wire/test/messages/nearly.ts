import fc from 'fast-check';
import { id, key } from './samples.ts';

/** Right and wrong values of all kinds: most records made of them are nearly right. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(id, key, 's1', 'client1-a', 'image/png', 0, 1, 7, 1000) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[id.toUpperCase(), `${id}\n`, '', 'S1', 's1/', `s${'1'.repeat(32)}`, 'client0-a', 'client1-../x', 'text/html'],
      ...[-1, 0.5, 1001, 2 ** 53, 13e6, null, true, [], {}],
    ),
  },
);

/** An object with those keys, a few of them at random, missing, or joined by one that does not belong there. */
export function nearly(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Record<string, unknown>> {
  const keys = Object.keys(fields);
  const fault = fc.oneof(
    { weight: 3, arbitrary: fc.constant({}) },
    { weight: 1, arbitrary: fc.constantFrom(...keys).map((name) => ({ without: name })) },
    { weight: 1, arbitrary: fc.constantFrom('extra', '__proto__', 'constructor').map((more) => ({ more })) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom(...keys), value).map(([name, other]) => ({ name, other })) },
  );
  return fc.tuple(fc.record(fields), fault).map(([right, wrong]) => {
    const entries = Object.entries(right).filter(([name]) => !('without' in wrong) || name !== wrong.without);
    if ('more' in wrong) entries.push([wrong.more, 1]);
    if ('name' in wrong) entries.push([wrong.name, wrong.other]);
    return JSON.parse(`{${entries.map(([name, of]) => `${JSON.stringify(name)}:${JSON.stringify(of)}`).join(',')}}`);
  });
}
