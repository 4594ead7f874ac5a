import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { ERRNO, type Libc, loadLibc } from '../../src/io/libc.ts';
import { SegmentSender, segmentInto } from '../../src/io/segment-sender.ts';
import { AF_INET } from '../../src/io/socket-address.ts';

const SOCK_DGRAM = 2;
const DATAGRAM_BYTES = 1_024;
const slabOf = (bytes: number): Uint8Array => new Uint8Array(new ArrayBuffer(bytes));

/** A segmenting socket, and one that counts what comes from it. Undefined without libc. */
async function open(t: ExecutionContext, change: (libc: Libc) => Partial<Libc>) {
  const real = loadLibc();
  if (real === undefined) {
    t.pass('no libc here');
    return undefined;
  }
  let calls = 0;
  const changed = { ...real, ...change(real) };
  const libc: Libc = {
    ...changed,
    sendto: (...how) => {
      calls++;
      return changed.sendto(...how);
    },
  };
  const fd = libc.socket(AF_INET, SOCK_DGRAM, 0);
  t.is(segmentInto(libc, fd, DATAGRAM_BYTES), 0);
  const receiver = createSocket('udp4');
  receiver.bind(0, '127.0.0.1');
  await once(receiver, 'listening');
  const lengths: number[] = [];
  receiver.on('message', ({ length }) => lengths.push(length));
  t.teardown(() => {
    libc.close(fd);
    receiver.close();
  });
  return { sender: new SegmentSender(libc, fd), port: receiver.address().port, lengths, calls: () => calls };
}

/** As the kernel does it on a way that takes no segments: whatever is sent with `UDP_SEGMENT` set, one datagram too. */
function refusing(real: Libc, errno: number): Partial<Libc> {
  let segmenting = false;
  let refused = false;
  return {
    setsockopt: (fd, level, name, value, length) => {
      segmenting = Buffer.from(value).readInt32LE() !== 0;
      return real.setsockopt(fd, level, name, value, length);
    },
    sendto: (...how) => {
      refused = segmenting;
      return refused ? -1 : real.sendto(...how);
    },
    errno: () => (refused ? errno : real.errno()),
  };
}

for (const name of ['EIO', 'EINVAL', 'EMSGSIZE'] as const) {
  for (const first of [100, 5 * DATAGRAM_BYTES + 7]) {
    test(`T1 T2 N4 a way that takes no segments (${name}) loses nothing of what is sent: ${first} bytes first`, async (t) => {
      const opened = await open(t, (real) => refusing(real, ERRNO[name]));
      if (opened === undefined) return;
      const { sender, port, lengths } = opened;
      t.is(sender.send(slabOf(first), first, '127.0.0.1', port), first);
      t.is(sender.send(slabOf(2_048), 2_048, '127.0.0.1', port), 2_048);
      const whole = new Array<number>(Math.floor(first / DATAGRAM_BYTES)).fill(DATAGRAM_BYTES);
      const want = [...whole, first % DATAGRAM_BYTES, DATAGRAM_BYTES, DATAGRAM_BYTES];
      while (lengths.length < want.length) await turnOfLoop();
      t.deepEqual(lengths, want);
    });
  }
}

test('T1 N4 an address that the system refuses is no reason to send one by one to all others', async (t) => {
  const opened = await open(t, () => ({}));
  if (opened === undefined) return;
  const { sender, port, lengths, calls } = opened;
  const slab = slabOf(3 * DATAGRAM_BYTES);
  t.is(sender.send(slab, slab.length, '127.0.0.1', 0), slab.length, 'nothing is kept for port 0');
  const before = calls();
  t.is(sender.send(slab, slab.length, '127.0.0.1', port), slab.length);
  t.is(calls(), before + 1);
  while (lengths.length < 3) await turnOfLoop();
  t.deepEqual(lengths, [DATAGRAM_BYTES, DATAGRAM_BYTES, DATAGRAM_BYTES]);
});
