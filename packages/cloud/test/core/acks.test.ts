import { type AnyRequest, encodeAck } from '@p2pimg/wire';
import test from 'ava';
import { Refusal } from '../../src/core/errors.ts';
import { failureAck } from '../../src/core/runs/acks.ts';

test('N2 N4 whatever a failure has to say, its acknowledgement can be sent', (t) => {
  const request = { type: 'lookup', id: 'ab'.repeat(16) } as unknown as AnyRequest;
  const ack = failureAck(request, 's1', new Refusal('bad_grant', 'x'.repeat(10_000)));
  t.true(encodeAck(ack).length < 1_000);
});
