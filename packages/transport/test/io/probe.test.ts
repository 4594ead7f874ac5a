import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import test from 'ava';
import { probePort } from '../../src/index.ts';

test('a port where nobody listens is told from one that keeps silent, and from a place without a way there', async (t) => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const address = { host: '127.0.0.1', port: socket.address().port };
  t.is(await probePort(address, 60), 'silent');
  socket.close();
  await once(socket, 'close');
  t.is(await probePort(address, 3_000), 'closed');
  t.is(await probePort({ host: '255.255.255.255', port: 9 }, 60), 'unreachable', 'a broadcast is not permitted');
});
