import test from 'ava';
import fc from 'fast-check';
import { quickHeartbeat } from '../../src/messages/quick.ts';
import { serverMessageSchemas } from '../../src/messages/server.ts';
import { nearly } from './nearly.ts';

/** Both have been looked at before the rest. */
const inEnvelope = (fields: Parameters<typeof nearly>[0]): fc.Arbitrary<Record<string, unknown>> =>
  nearly(fields).map((message) => Object.assign(message, { v: 1, type: 'any' }));
const withoutEnvelope = ({ v: _v, type: _type, ...fields }: Record<string, unknown>): unknown => fields;

function agrees<T>(
  t: { deepEqual: (a: unknown, b: unknown) => void; true: (fact: boolean) => void },
  messages: fc.Arbitrary<T>,
  quick: (message: T) => unknown,
  schema: (message: T) => unknown,
): void {
  let accepted = 0;
  let refused = 0;
  fc.assert(
    fc.property(messages, (message) => {
      const expected = schema(message);
      if (expected === undefined) refused += 1;
      else accepted += 1;
      t.deepEqual(JSON.stringify(quick(message)) as unknown, JSON.stringify(expected));
    }),
    { numRuns: 3000 },
  );
  t.true(accepted > 300 && refused > 300);
}

test('W1 N4 a heartbeat is accepted quickly exactly when its schema accepts it, as the same', (t) => {
  const group = nearly({ epoch: fc.nat(), leader: fc.constant('s1'), revision: fc.nat() });
  const withoutLeader = (message: Record<string, unknown>): boolean =>
    !Object.hasOwn((message.group ?? {}) as object, 'leader');
  agrees(
    t,
    inEnvelope({
      sequence: fc.constantFrom(1, 2, 2 ** 53 - 1),
      incarnation: fc.constantFrom(0, 1, 2 ** 52),
      phase: fc.constantFrom('joining', 'member', 'leaving'),
      group,
      priority: fc.constantFrom(0.001, 1, 100),
      outstanding: fc.constantFrom(0, 3, 0xffff_ffff),
      serviceMs: fc.constantFrom(0.001, 20, 3_600_000),
      utilization: fc.constantFrom(0, 0.5, 1),
    }),
    // One that knows of no leader is left to the schema.
    (message) => (withoutLeader(message) ? undefined : quickHeartbeat(message)),
    (message) => {
      const result = serverMessageSchemas.heartbeat.safeParse(withoutEnvelope(message));
      return result.success && !withoutLeader(message) ? { ...result.data, group: message.group } : undefined;
    },
  );
});
