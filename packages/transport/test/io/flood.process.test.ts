import test from 'ava';
import { measureFlood } from '../../bench/flood/flood.ts';
import { loadLibc } from '../../src/io/libc.ts';

/** Of an honest handshake: a busy machine may read one packet in many, and repetitions take their time. How long it takes is the bench's affair. */
const PATIENCE_MS = 120_000;
const LONG = process.env.P2PIMG_LONG === '1';
/** Both in the long run: a flood wants the whole machine. */
const drivers =
  loadLibc() === undefined ? (['dgram'] as const) : LONG ? (['dgram', 'offload'] as const) : (['offload'] as const);

for (const driver of drivers) {
  test(`N4 T2 80,000 junk packets and 30,000 plausible handshakes a second: every honest session opens (${driver})`, async (t) => {
    t.timeout(590_000);
    const sessions = LONG ? 150 : 12;
    const result = await measureFlood({ junk: 80_000, inits: 30_000, sessions, driver, timeoutMs: PATIENCE_MS });
    t.log(`${Math.round(result.sentPerSecond)} packets/s sent, ${result.received} read`);
    t.is(result.latencies.filter(Number.isFinite).length, sessions);
    // It was a flood, and the server did see that it was one.
    t.true(result.received > 1_000);
    t.true(result.answeredByCookie > sessions);
  });
}
