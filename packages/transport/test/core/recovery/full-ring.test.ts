import { FrameType } from '@p2pimg/wire';
import test from 'ava';
import { Bbr } from '../../../src/core/recovery/bbr.ts';
import { Recovery } from '../../../src/core/recovery/recovery.ts';
import { MAX_TRACKED_PACKETS, type PacketOwner } from '../../../src/core/recovery/sent-packets.ts';

const owner: PacketOwner = { packetAcked: () => {}, resend: () => {} };
const PACKET_BYTES = 1_024;
const newRecovery = (): Recovery => new Recovery(new Bbr(), 10, 1 << 26);

function acknowledge(recovery: Recovery, first: number, last: number, now: number): void {
  recovery.onAck({ type: FrameType.ack, delay: 0, ranges: [{ first, last }] }, now);
}

test('T1 a lost packet that is still remembered does not keep a fast sender from going on', (t) => {
  const recovery = newRecovery();
  recovery.onSent(PACKET_BYTES, owner, 0, 0);
  acknowledge(recovery, 0, 0, 2);
  let now = 5;
  recovery.onSent(PACKET_BYTES, owner, 0, now);
  // So fast that all numbers are used up before the lost packet is too old to be acknowledged after all.
  for (let sent = 2; sent < 3 * MAX_TRACKED_PACKETS; now += 0.01) {
    const first = sent;
    while (recovery.mayGrow && sent < first + 64) sent = recovery.onSent(PACKET_BYTES, owner, 0, now) + 1;
    if (sent === first) {
      t.fail(`stopped at ${first} packets, ${recovery.inFlight} bytes in flight`);
      return;
    }
    acknowledge(recovery, first, sent - 1, now);
  }
  t.is(recovery.inFlight, 0);
  t.true(recovery.mayGrow);
});

test('T1 what is declared lost by the clock, and leaves nothing in flight, does not end all sending', (t) => {
  const recovery = newRecovery();
  recovery.onSent(PACKET_BYTES, owner, 0, 0);
  acknowledge(recovery, 0, 0, 1);
  const lost = recovery.onSent(PACKET_BYTES, owner, 0, 2);
  while (recovery.nextNumber - lost < MAX_TRACKED_PACKETS - 1) recovery.skip();
  const last = recovery.onSent(PACKET_BYTES, owner, 0, 2.1);
  acknowledge(recovery, last, last, 2.5);
  t.is(recovery.inFlight, PACKET_BYTES);
  recovery.onTimeout(recovery.timeout);
  t.is(recovery.inFlight, 0);
  t.true(recovery.mayGrow);
});

test('T1 who only acknowledges may speak at last, and remembers nothing of it', (t) => {
  const recovery = newRecovery();
  for (let i = 0; i < 2 * MAX_TRACKED_PACKETS; i++) recovery.skip();
  t.true(recovery.mayGrow);
  t.is(recovery.span, 0);
});
