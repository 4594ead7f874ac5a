import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { BatchReader } from '../../src/io/batch-reader.ts';
import { loadLibc } from '../../src/io/libc.ts';
import { offloadDriver } from '../../src/io/offload-driver.ts';

const SENDERS = ['127.0.9.1', '127.0.9.2', '127.0.9.3'];
const EACH = 200;

test('T1 T2 N4 what waits at a socket is read: each datagram once, and from whom it came; empty ones too', async (t) => {
  const driver = offloadDriver();
  if (driver === undefined) {
    t.pass('no offload here');
    return;
  }
  const heard = new Map<string, number[]>();
  let count = 0;
  const all = Promise.withResolvers<void>();
  const socket = await driver.open('127.0.0.1', 0, {
    onReadable: (read) => void setImmediate(read),
    onBatch(batch, length, host, port) {
      const numbers = heard.get(`${host} ${port}`) ?? [];
      heard.set(`${host} ${port}`, numbers);
      // Of one sender and one length they may come merged.
      for (let at = 0; at + 8 <= length; at += 8) {
        numbers.push(Buffer.from(batch.buffer, batch.byteOffset + at, 8).readDoubleBE());
        if (++count === SENDERS.length * EACH) all.resolve();
      }
    },
  });
  const senders = await Promise.all(
    SENDERS.map(async (host) => {
      const sender = createSocket('udp4');
      sender.bind(0, host);
      await once(sender, 'listening');
      return sender;
    }),
  );
  // Before the loop turns: they are all there when the first is read.
  for (let i = 0; i < EACH; i++) {
    for (const sender of senders) {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(i);
      sender.send(bytes, socket.port, '127.0.0.1');
      if (i % 50 === 0) sender.send(Buffer.alloc(0), socket.port, '127.0.0.1');
    }
  }
  await all.promise;
  t.deepEqual(
    new Set(heard.keys()),
    new Set(senders.map((sender) => `${sender.address().address} ${sender.address().port}`)),
  );
  for (const numbers of heard.values())
    t.deepEqual(
      numbers,
      Array.from({ length: EACH }, (_, i) => i),
    );
  await Promise.all([socket.close(), ...senders.map((sender) => new Promise<void>((done) => sender.close(done)))]);
});

for (const [bytes, limit, reads] of [
  [100, undefined, 256],
  [0, undefined, 256],
  [64 * 1024, undefined, 32],
  [100, 32, 32],
  [40 * 1024, 60, 52],
] as const) {
  test(`T2 N4 of a socket that never runs dry ${reads} receives of ${bytes} bytes are read in a row, ${limit ?? 'no'} limit given`, (t) => {
    const libc = loadLibc();
    if (libc === undefined) {
      t.pass('no libc here');
      return;
    }
    let receives = 0;
    let batches = 0;
    const recvfrom = (): number => {
      receives++;
      return bytes;
    };
    new BatchReader({ ...libc, recvfrom }, -1, () => batches++).read(limit);
    t.is(receives, reads);
    t.is(batches, bytes === 0 ? 0 : reads);
  });
}

test('T2 N4 where datagrams come one by one it is seldom looked for a second one; where they come together all are read', (t) => {
  const libc = loadLibc();
  if (libc === undefined) {
    t.pass('no libc here');
    return;
  }
  let waiting = 0;
  let receives = 0;
  const recvfrom = (): number => {
    receives++;
    return waiting-- > 0 ? 100 : -1;
  };
  const reader = new BatchReader({ ...libc, recvfrom }, -1, () => {});
  const turn = (arrived: number): number => {
    waiting = Math.max(0, waiting) + arrived;
    receives = 0;
    reader.read();
    return receives;
  };
  const turns = (count: number, arrived: number): number[] => Array.from({ length: count }, () => turn(arrived));
  t.deepEqual(turns(8, 1), new Array<number>(8).fill(2));
  t.deepEqual(turns(16, 1), [1, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2]);
  // Two come in each turn: one is left, until it is looked again. Then nothing is left any more.
  t.deepEqual(turns(7, 2), [1, 1, 1, 1, 1, 1, 1]);
  t.is(turn(2), 10);
  t.deepEqual(turns(20, 2), new Array<number>(20).fill(3));
});

test('T2 N4 reading ends with the first receive that finds nothing, and with the socket', (t) => {
  const libc = loadLibc();
  if (libc === undefined) {
    t.pass('no libc here');
    return;
  }
  let waiting = 3;
  let receives = 0;
  const recvfrom = (): number => {
    receives++;
    return waiting-- > 0 ? 1 : -1;
  };
  const reader = new BatchReader({ ...libc, recvfrom }, -1, () => {
    if (waiting === 10) reader.close();
  });
  reader.read();
  t.is(receives, 4);
  waiting = 12;
  reader.read();
  t.is(receives, 6);
});
