import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { freeTcpPort, freeUdpPort, freeUdpPorts, tempDir } from '@p2pimg/testkit';
import test from 'ava';

test('free UDP ports are different and can be bound', async (t) => {
  const ports = await freeUdpPorts(20);
  t.is(new Set(ports).size, 20);
  for (const port of ports) {
    const socket = createSocket('udp4').bind(port, '127.0.0.1');
    await once(socket, 'listening');
    socket.close();
  }
});

test('ports lie below the range that systems hand out by themselves', async (t) => {
  for (const port of [await freeUdpPort(), await freeTcpPort()]) {
    t.true(port >= 10_000 && port < 32_000);
  }
});

test('a temporary folder is empty, and gone with its content at the end of its block', async (t) => {
  let path: string;
  {
    await using dir = await tempDir();
    path = dir.path;
    writeFileSync(dir.at('file.txt'), 'x');
    t.true(existsSync(dir.at('file.txt')));
  }
  t.false(existsSync(path));
});
