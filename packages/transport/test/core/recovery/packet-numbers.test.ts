import test from 'ava';
import fc from 'fast-check';
import { ReceivedPackets } from '../../../src/core/recovery/received-packets.ts';
import { type PacketOwner, SentPackets } from '../../../src/core/recovery/sent-packets.ts';
import { ReplayWindow } from '../../../src/core/replay-window.ts';

test('N4 T2 the replay window agrees with a set, within its span', (t) => {
  const step = fc.integer({ min: -150, max: 200 });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const window = new ReplayWindow(128);
      const seen = new Set<number>();
      let at = 100;
      for (const by of steps) {
        at = Math.max(0, at + by);
        const inSpan = at > window.highest - 96;
        t.is(window.isFresh(at), inSpan && !seen.has(at));
        if (!window.isFresh(at)) continue;
        window.mark(at);
        seen.add(at);
      }
    }),
    { numRuns: 300 },
  );
});

test('T1 acknowledged ranges are what was received: disjoint, falling, at most 32, the highest kept', (t) => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(300), { minLength: 1, maxLength: 200 }), (numbers) => {
      const received = new ReceivedPackets();
      for (const number of numbers) received.add(number, true, false, 10, 0);
      const ranges = received.report(0)!.ranges;
      const all = new Set(numbers);
      t.true(ranges.length <= 32);
      t.is(ranges[0]!.last, Math.max(...numbers));
      for (const [i, { first, last }] of ranges.entries()) {
        for (let n = first; n <= last; n++) t.true(all.has(n));
        if (i > 0) t.true(last < ranges[i - 1]!.first - 1);
      }
    }),
    { numRuns: 300 },
  );
});

test('T1 what the sender is known to have heard is not reported again', (t) => {
  const received = new ReceivedPackets();
  for (const number of [0, 1, 5, 6, 9]) received.add(number, true, false, 10, 0);
  received.forgetThrough(6);
  t.deepEqual(received.report(0)?.ranges, [{ first: 9, last: 9 }]);
});

test('T1 the ring of sent packets agrees with a map, through growth, losses and acknowledgements', (t) => {
  const rate = { delivered: 0, deliveredAt: 0, firstSentAt: 0, limited: false };
  const action = fc.record({
    kind: fc.constantFrom('send', 'send', 'send', 'skip', 'ack', 'lose'),
    pick: fc.nat(1000),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 400 }), (actions) => {
      const sent = new SentPackets();
      const inFlight = new Map<number, number>();
      const acked: number[] = [];
      const wanted: number[] = [];
      const owner: PacketOwner = { packetAcked: (d) => acked.push(d), resend: (d) => wanted.push(d) };
      let expectedAcks = 0;
      let expectedLosses = 0;
      for (const [now, { kind, pick }] of actions.entries()) {
        const number = [...inFlight.keys()][pick % Math.max(1, inFlight.size)];
        if (kind === 'send') inFlight.set(sent.add(100, owner, now, now, rate), now);
        else if (kind === 'skip') sent.skip();
        else if (number !== undefined) {
          if (kind === 'ack') {
            sent.acknowledge(number, now);
            t.is(acked.at(-1), inFlight.get(number));
            expectedAcks++;
          } else {
            sent.lose(number);
            t.is(wanted.at(-1), inFlight.get(number));
            expectedLosses++;
          }
          inFlight.delete(number);
        }
        sent.prune(now - 50);
        const listed: number[] = [];
        for (let n = sent.first; n >= 0; n = sent.after(n)) listed.push(n);
        t.deepEqual(listed, [...inFlight.keys()]);
        t.is(sent.inFlight, inFlight.size * 100);
      }
      t.is(acked.length, expectedAcks);
      t.is(wanted.length, expectedLosses);
    }),
    { numRuns: 100 },
  );
});
