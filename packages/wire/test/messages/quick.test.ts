import test from 'ava';
import fc from 'fast-check';
import { MAX_PUBLISHED_TOGETHER } from '../../src/index.ts';
import { ackHead, assignedHead, requestHead } from '../../src/messages/codec.ts';
import {
  quickAckBody,
  quickAssigned,
  quickBody,
  quickHead,
  quickHeartbeat,
  quickNotices,
  quickSuccess,
} from '../../src/messages/quick.ts';
import { ackBodySchemas, requestBodySchemas } from '../../src/messages/requests.ts';
import { serverMessageSchemas } from '../../src/messages/server.ts';
import { id, key } from './samples.ts';

/** Right and wrong values of all kinds: most records made of them are nearly right. */
const value: fc.Arbitrary<unknown> = fc.oneof(
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
function nearly(fields: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<Record<string, unknown>> {
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

const attempt = fc.constantFrom(0, 1, 1000);
const notice = fc.oneof(
  nearly({ type: fc.constant('stamp'), id: fc.constant(id), handler: fc.constant('s2'), epoch: fc.nat(), attempt }),
  nearly({ type: fc.constant('handling'), id: fc.constant(id), attempt }),
  nearly({
    type: fc.constant('done'),
    id: fc.constant(id),
    attempt,
    outcome: fc.constantFrom('answered', 'passed', 'cancelled'),
  }),
);
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

test('W1 N4 notices are accepted quickly exactly when their schema accepts them, as the same', (t) => {
  agrees(
    t,
    fc.oneof(
      inEnvelope({ notices: fc.array(notice, { maxLength: 3 }) }),
      inEnvelope({ notices: fc.tuple(notice).map(([one]) => Array(64).fill(one)) }),
      inEnvelope({ notices: fc.tuple(notice).map(([one]) => Array(65).fill(one)) }),
    ),
    quickNotices,
    (message) => {
      const result = serverMessageSchemas.notices.safeParse(withoutEnvelope(message));
      // The schema writes keys in its own order; here they come as they were sent.
      return result.success ? message.notices : undefined;
    },
  );
});

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

test('W1 N4 the head of a request is accepted quickly exactly when its schema accepts it, as the same', (t) => {
  const names = fc.array(fc.constantFrom('s1', 's2', 'a-b'), { maxLength: 3 });
  agrees(
    t,
    inEnvelope({
      id: fc.constant(id),
      notAfter: fc.nat(),
      servers: names,
      tried: fc.oneof(names, fc.constant(Array(101).fill('s1'))),
      body: value,
    }),
    quickHead,
    (message) => {
      const result = requestHead.safeParse(withoutEnvelope(message));
      return result.success && Object.hasOwn(message, 'body') ? result.data : undefined;
    },
  );
});

test('W1 N4 the body of an encode is accepted quickly exactly when its schema accepts it, in the order that claims are digested in', (t) => {
  agrees(
    t,
    nearly({
      mime: fc.constantFrom('image/png', 'image/jpeg'),
      bytes: fc.constantFrom(1, 10_240, 12 * 1024 * 1024, 12 * 1024 * 1024 + 1),
      digest: fc.constant(key),
      imageId: fc.constant('client1-a'),
    }),
    (body) => quickBody('encode', body),
    (body) => {
      const result = requestBodySchemas.encode.safeParse(body);
      return result.success ? result.data : undefined;
    },
  );
});

test('W1 N4 the body of a publish is accepted quickly exactly when its schema accepts it, in the order that claims are digested in', (t) => {
  const image = nearly({ digest: fc.constant(key), imageId: fc.constant('client1-a') });
  agrees(
    t,
    fc.oneof(
      nearly({ images: fc.array(image, { maxLength: 2 }) }),
      fc.tuple(image, fc.constantFrom(0, MAX_PUBLISHED_TOGETHER, MAX_PUBLISHED_TOGETHER + 1)).map(([one, count]) => {
        return { images: Array(count).fill(one) };
      }),
    ),
    (body) => quickBody('publish', body),
    (body) => {
      const result = requestBodySchemas.publish.safeParse(body);
      return result.success ? result.data : undefined;
    },
  );
});

test('W1 N4 an assignment is accepted quickly exactly when its schema accepts it, as the same', (t) => {
  const lane = fc.constantFrom(0, 7, 0xffff_ffff, 2 ** 32);
  const fields = { id: fc.constant(id), server: fc.constant('s1') };
  agrees(t, fc.oneof(inEnvelope(fields), inEnvelope({ ...fields, lane })), quickAssigned, (message) => {
    const result = assignedHead.safeParse(withoutEnvelope(message));
    return result.success ? { type: 'assigned', ...result.data } : undefined;
  });
});

test('W1 N4 the head of a success is accepted quickly exactly when its schema accepts it, as the same; a failure never', (t) => {
  const fields = { id: fc.constant(id), server: fc.constant('s1') };
  const success = inEnvelope({ ...fields, status: fc.constant('success'), body: value });
  const failure = inEnvelope({
    ...fields,
    status: fc.constant('refused'),
    error: fc.constant({ code: 'a', message: '' }),
  });
  agrees(t, fc.oneof({ weight: 4, arbitrary: success }, failure), quickSuccess, (message) => {
    const result = ackHead.safeParse(withoutEnvelope(message));
    return result.data?.status === 'success' && Object.hasOwn(message, 'body') ? result.data : undefined;
  });
});

test('W1 N4 what an encode or a publish is answered with is accepted quickly exactly when its schema accepts it, as the same', (t) => {
  const digest = fc.constant(key);
  const imageId = fc.constant('client1-a');
  const bodies = {
    encode: nearly({ bytes: fc.constantFrom(0, 1, 22_000, 2 ** 53), digest, imageId }),
    publish: fc.oneof(fc.constant({}), fc.constant([]), fc.constant(null), nearly({ digest })),
  };
  for (const type of ['encode', 'publish'] as const) {
    agrees(
      t,
      bodies[type] as fc.Arbitrary<unknown>,
      (body) => quickAckBody(type, body),
      (body) => {
        const result = ackBodySchemas[type].safeParse(body);
        return result.success ? result.data : undefined;
      },
    );
  }
});
