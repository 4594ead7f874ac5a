import { readFileSync } from 'node:fs';
import test from 'ava';
import { InitiatorHandshake, ResponderHandshake } from '../../../src/core/noise/handshake-ik.ts';
import { StaticKeyPair } from '../../../src/core/noise/static-key-pair.ts';
import { nodeCryptoSuite as suite } from '../../../src/node/crypto-suite.ts';

interface Vector {
  readonly protocol_name: string;
  readonly init_prologue: string;
  readonly init_static: string;
  readonly init_ephemeral: string;
  readonly init_psks?: readonly string[];
  readonly resp_static: string;
  readonly resp_ephemeral: string;
  readonly handshake_hash: string;
  readonly messages: readonly { readonly payload: string; readonly ciphertext: string }[];
}

const hex = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'hex'));
const show = (b: Uint8Array): string => Buffer.from(b).toString('hex');
const file = new URL('../../vectors/noise-ik.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(file, 'utf8')) as { vectors: readonly Vector[] };

for (const vector of vectors) {
  test(`T2 ${vector.protocol_name}: the public vectors are met byte for byte, both sides`, (t) => {
    const psk = vector.init_psks?.[0];
    const key = psk === undefined ? undefined : hex(psk);
    const common = { suite, prologue: hex(vector.init_prologue), preShared: key !== undefined };
    const responderStatic = new StaticKeyPair(suite.keyPair(hex(vector.resp_static)));
    const initiator = new InitiatorHandshake(
      {
        ...common,
        localStatic: new StaticKeyPair(suite.keyPair(hex(vector.init_static))),
        ephemeral: suite.keyPair(hex(vector.init_ephemeral)),
      },
      responderStatic.publicKey,
    );
    const responder = new ResponderHandshake({
      ...common,
      localStatic: responderStatic,
      ephemeral: suite.keyPair(hex(vector.resp_ephemeral)),
    });
    const [first, second, ...transport] = vector.messages;

    const message1 = initiator.writeMessage1(hex(first!.payload))!;
    t.is(show(message1), first!.ciphertext);
    const read1 = responder.readMessage1(message1)!;
    t.is(show(read1.payload), first!.payload);

    const written = responder.writeMessage2(hex(second!.payload), key)!;
    t.is(show(written.message), second!.ciphertext);
    const read2 = initiator.readMessage2(written.message, key)!;
    t.is(show(read2.payload), second!.payload);
    t.is(show(read2.secrets.handshakeHash), vector.handshake_hash);
    t.deepEqual(read2.secrets, written.secrets);

    const ciphers = [
      suite.aead(written.secrets.initiatorToResponder),
      suite.aead(written.secrets.responderToInitiator),
    ] as const;
    for (const [i, message] of transport.entries()) {
      const nonce = new Uint8Array(12);
      nonce[11] = i >> 1;
      const sealed = ciphers[i % 2]!.seal(nonce, new Uint8Array(0), hex(message.payload));
      t.is(show(sealed), message.ciphertext);
    }
  });
}

test('T2 a public key of low order is refused, not agreed with', (t) => {
  const pair = suite.keyPair(new Uint8Array(32).fill(7));
  t.is(pair.agree(new Uint8Array(32)), undefined);
});
