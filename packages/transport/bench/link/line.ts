import { createSocket } from 'node:dgram';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends of the link with no control at all: `receive HOST` counts what arrives, `send HOST PORT BYTES MBITS` sends datagrams of so many
 * bytes at so much, whatever becomes of them. What arrives is what the line carries.
 */
const [, , role, host = '', port = '0', bytes = '0', mbits = '0'] = process.argv;

if (role === 'receive') {
  let received = 0;
  const socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.on('message', (datagram) => {
    received += datagram.length;
  });
  process.on('message', () => process.send?.({ received }));
  socket.bind(0, host, () => process.send?.({ port: socket.address().port }));
}

async function send(): Promise<void> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => socket.connect(Number(port), host, resolve));
  const datagram = new Uint8Array(Number(bytes));
  const perMs = (Number(mbits) * 1e3) / 8;
  const start = performance.now();
  for (let sent = 0; ; await sleep(1)) {
    for (const due = (performance.now() - start) * perMs; sent < due; sent += datagram.length)
      socket.send(datagram, () => {});
  }
}
if (role === 'send') await send();
