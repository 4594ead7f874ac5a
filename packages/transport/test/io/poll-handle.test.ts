import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { BatchReader } from '../../src/io/batch-reader.ts';
import { int, loadLibc, MSG_DONTWAIT } from '../../src/io/libc.ts';
import { PollHandle } from '../../src/io/poll-handle.ts';
import { AF_INET, pin, portAt, socketAddress } from '../../src/io/socket-address.ts';
import { loadFfi } from '../../src/node/ffi.ts';

const SOCK_DGRAM_NONBLOCK = 0o4_002;

async function peerAt(port: number): Promise<Socket> {
  const peer = createSocket('udp4');
  peer.bind(port, '127.0.0.1');
  await once(peer, 'listening');
  return peer;
}

test('T2 N4 an error on a descriptor is told as something to read, and when it has been read what comes is heard', async (t) => {
  const libc = loadLibc();
  const ffi = loadFfi();
  if (libc === undefined || ffi === undefined) {
    t.pass('no libc here');
    return;
  }
  const { connect } = ffi.dlopen(null, { connect: { arguments: ['i32', 'buffer', 'u32'], return: 'i32' } })
    .functions as { connect(fd: number, address: Uint8Array, length: number): number };
  const absent = await peerAt(0);
  const { port } = absent.address();
  absent.close();
  // Only a connected socket is told that nobody listens there.
  const fd = libc.socket(AF_INET, SOCK_DGRAM_NONBLOCK, 0);
  const own = socketAddress('127.0.0.1', 0);
  t.is(libc.bind(fd, own, own.length), 0);
  t.is(libc.getsockname(fd, own, int(own.length)), 0);
  const there = pin(libc, socketAddress('127.0.0.1', port));
  t.is(connect(fd, there.bytes, there.bytes.length), 0);

  const failed = Promise.withResolvers<void>();
  const heard = Promise.withResolvers<number>();
  const reader = new BatchReader(libc, fd, (_batch, length) => heard.resolve(length));
  const handle = PollHandle.open(fd, {
    onReadable: () =>
      setImmediate(() => {
        reader.read();
        failed.resolve();
      }),
    onWritable: () => t.fail(),
  });
  t.not(handle, undefined);
  const bytes = pin(libc, new Uint8Array(new ArrayBuffer(8)));
  t.is(libc.sendto(BigInt(fd), bytes.pointer, bytes.length, MSG_DONTWAIT, there.pointer, there.length), 8);
  await failed.promise;

  const peer = await peerAt(port);
  peer.send(Buffer.alloc(5), portAt(own, 0), '127.0.0.1');
  t.is(await heard.promise, 5);
  peer.close();
  const closed = handle!.close();
  libc.close(fd);
  await closed;
});
