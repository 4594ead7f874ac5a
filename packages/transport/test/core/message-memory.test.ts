import { randomBytes } from 'node:crypto';
import test from 'ava';
import { messageOf } from '../../src/core/messages/message-memory.ts';

test('T1 N4 messages are copies that nothing overwrites, short ones side by side', (t) => {
  const kept: { readonly bytes: Uint8Array; readonly original: Buffer }[] = [];
  for (let i = 0; i < 2_000; i++) {
    const received = randomBytes((i * 37) % 1_500);
    const original = Buffer.from(received);
    kept.push({ bytes: messageOf(received), original });
    received.fill(0);
  }
  for (const { bytes, original } of kept) t.deepEqual(Buffer.from(bytes), original);
  t.true(new Set(kept.map(({ bytes }) => bytes.buffer)).size < 1_200);
  for (const { bytes } of kept) if (bytes.length > 1_024) t.is(bytes.buffer.byteLength, bytes.length);
});

test('T1 N4 a program that gives the buffer of a message away loses those beside it, and no later one', (t) => {
  const given = messageOf(Uint8Array.of(1, 2, 3));
  structuredClone(given, { transfer: [given.buffer as ArrayBuffer] });
  for (let i = 0; i < 100; i++) t.deepEqual(messageOf(Uint8Array.of(i, 4)), Uint8Array.of(i, 4));
});
