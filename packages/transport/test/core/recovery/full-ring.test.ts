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

for (const by of ['the clock', 'the acknowledgement of a probe', 'the acknowledgement of all behind it'] as const) {
  test(`T1 what is declared lost by ${by}, and leaves nothing in flight, does not end all sending`, (t) => {
    const recovery = newRecovery();
    recovery.onSent(PACKET_BYTES, owner, 0, 0);
    acknowledge(recovery, 0, 0, 1);
    const lost = recovery.onSent(PACKET_BYTES, owner, 0, 2);
    const soon = by === 'the clock';
    while (recovery.nextNumber - lost < MAX_TRACKED_PACKETS - 1) {
      if (by === 'the acknowledgement of all behind it') recovery.onSent(PACKET_BYTES, owner, 0, 4);
      else recovery.skip();
    }
    const last = recovery.onSent(PACKET_BYTES, owner, 0, soon ? 2.1 : 4);
    acknowledge(recovery, by === 'the acknowledgement of all behind it' ? lost + 1 : last, last, soon ? 2.5 : 5);
    t.is(recovery.inFlight, soon ? PACKET_BYTES : 0);
    recovery.onTimeout(recovery.timeout);
    t.is(recovery.inFlight, 0);
    t.true(recovery.mayGrow);
  });
}

test('T1 a packet that was thought lost and arrives after all makes room', (t) => {
  const recovery = newRecovery();
  recovery.onSent(PACKET_BYTES, owner, 0, 0);
  acknowledge(recovery, 0, 0, 2);
  const slow = recovery.onSent(PACKET_BYTES, owner, 0, 10);
  const next = recovery.onSent(PACKET_BYTES, owner, 0, 14);
  acknowledge(recovery, next, next, 15);
  t.is(recovery.inFlight, 0);
  acknowledge(recovery, slow, slow, 15.1);
  t.is(recovery.spuriousLosses, 1);
  for (let i = 0; i < MAX_TRACKED_PACKETS; i++) recovery.skip();
  t.true(recovery.mayGrow);
});

test('T1 who only acknowledges may speak at last', (t) => {
  const recovery = newRecovery();
  for (let i = 0; i < 2 * MAX_TRACKED_PACKETS; i++) recovery.skip();
  t.true(recovery.mayGrow);
});
