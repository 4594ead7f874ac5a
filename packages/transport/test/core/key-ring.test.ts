import test from 'ava';
import { EpochKeys } from '../../src/core/keys/epoch-keys.ts';
import { KeyRing, REJECT_AFTER_MS, REKEY_AFTER_MS } from '../../src/core/keys/key-ring.ts';
import { nodeCryptoSuite } from '../../src/node/crypto-suite.ts';

const epoch = (number: number, now: number): EpochKeys =>
  new EpochKeys(nodeCryptoSuite, number, { send: new Uint8Array(32), receive: new Uint8Array(32) }, now);

test('T2 S4 the ring says when its oldest keys are to be forgotten, also while newer ones seal', (t) => {
  const ring = new KeyRing(epoch(0, 0));
  t.is(ring.expiresAt, REJECT_AFTER_MS);
  const second = epoch(1, REKEY_AFTER_MS);
  ring.add(second);
  ring.confirm(second);
  t.is(ring.sending, second);
  t.is(ring.expiresAt, REJECT_AFTER_MS);
  t.true(ring.expire(REJECT_AFTER_MS));
  t.is(ring.find(0, 0), undefined);
  t.is(ring.expiresAt, REKEY_AFTER_MS + REJECT_AFTER_MS);
  t.false(ring.expire(REKEY_AFTER_MS + REJECT_AFTER_MS));
});

test('T2 S4 at the moment that the ring names its keys have expired, however the sum is rounded', (t) => {
  for (let i = 0; i < 1_000; i++) {
    const ring = new KeyRing(epoch(0, i * 1_234.567));
    t.false(ring.expire(ring.expiresAt), `${i}`);
    t.is(ring.find(0, ring.expiresAt), undefined);
  }
});
