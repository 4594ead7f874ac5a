import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import test from 'ava';
import { Bbr } from '../../../src/core/recovery/bbr.ts';

const PACKET = MAX_DATAGRAM_BYTES;
const RATE = 300_000;

/** A flow that always fills its window, 300 MB/s, for so long: the smallest window after the first second, and the pace at the end. `tripMs` at a time. */
function flow(seconds: number, tripMs: (now: number) => number): { leastWindow: number; pace: number } {
  const bbr = new Bbr();
  let leastWindow = Number.POSITIVE_INFINITY;
  let delivered = 0;
  for (let now = 1; now < seconds * 1e3; now += 1) {
    const roundTrip = tripMs(now);
    const acked = Math.max(PACKET, Math.min(bbr.window, RATE));
    const before = delivered;
    delivered += acked;
    bbr.onAck({
      now,
      acked,
      sentAt: now - roundTrip,
      roundTrip,
      smoothedRoundTrip: roundTrip,
      minRoundTrip: roundTrip,
      inFlight: bbr.window,
      deliveryRate: acked,
      appLimited: false,
      delivered,
      deliveredBefore: before,
    });
    if (now > 1_000) leastWindow = Math.min(leastWindow, bbr.window);
  }
  return { leastWindow, pace: bbr.pacingRate };
}

test('T1 where the loops make up the round trip no flow is held back to measure it', (t) => {
  // An idle moment once, then never again as short.
  const { leastWindow, pace } = flow(35, (now) => (now < 10 ? 0.02 : 2));
  t.true(leastWindow >= 512 * PACKET);
  t.is(pace, Number.POSITIVE_INFINITY);
});

test('T1 a path that has become long is measured, and no longer taken for a near one', (t) => {
  t.is(flow(9, (now) => (now < 10 ? 0.02 : 40)).pace, Number.POSITIVE_INFINITY, 'for ten seconds it is');
  t.true(Number.isFinite(flow(35, (now) => (now < 10 ? 0.02 : 40)).pace));
});
