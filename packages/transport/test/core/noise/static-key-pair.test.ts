import { randomBytes } from 'node:crypto';
import test from 'ava';
import { StaticKeyPair } from '../../../src/core/noise/static-key-pair.ts';
import { nodeCryptoSuite as suite } from '../../../src/node/crypto-suite.ts';

test('T2 what two long-lived keys agree on is computed once, kept for some hundred peers, and never for a key of low order', (t) => {
  const pair = suite.keyPair(randomBytes(32));
  let computed = 0;
  const keys = new StaticKeyPair({
    publicKey: pair.publicKey,
    agree(publicKey) {
      computed++;
      return pair.agree(publicKey);
    },
  });
  const peers = Array.from({ length: 600 }, () => suite.keyPair(randomBytes(32)));
  const first = keys.agreeWithStatic(peers[0]!.publicKey);
  t.deepEqual(first, peers[0]!.agree(keys.publicKey));
  t.deepEqual(keys.agreeWithStatic(peers[0]!.publicKey), first);
  t.is(computed, 1);

  // An agreement with an ephemeral key is not kept.
  keys.agree(peers[0]!.publicKey);
  t.is(computed, 2);

  // Who comes again stays; who came first and never again goes.
  for (const { publicKey } of peers.slice(1)) {
    keys.agreeWithStatic(publicKey);
    keys.agreeWithStatic(peers[0]!.publicKey);
  }
  t.is(computed, 601);
  keys.agreeWithStatic(peers[1]!.publicKey);
  t.is(computed, 602);

  t.is(keys.agreeWithStatic(new Uint8Array(32)), undefined);
  t.is(keys.agreeWithStatic(new Uint8Array(32)), undefined);
  t.is(computed, 604);
});
