/** In a network namespace of its own: more is sent than a socket's buffer takes, to a neighbour who has not answered yet; then he is there. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { offloadDriver } from '../../../src/io/offload-driver.ts';

const SENDS = 32;
const SEND_BYTES: number = 63 * 1_024;
/** Ethernet, IPv4 and UDP: once for what is segmented later. */
const HEADER_BYTES = 42;

const ip = (...args: string[]): string => execFileSync('ip', args, { encoding: 'utf8' });
const far = (): { address: string; stats64: { rx: { bytes: number } } } =>
  JSON.parse(ip('-s', '-j', 'link', 'show', 'far'))[0];

ip('link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far');
for (const end of ['near', 'far']) {
  ip('link', 'set', end, 'addrgenmode', 'none');
  ip('link', 'set', end, 'up');
}
ip('addr', 'add', '10.9.9.1/24', 'dev', 'near');
// It waits longer for its neighbour, and keeps more for him, than the test takes.
writeFileSync('/proc/sys/net/ipv4/neigh/near/unres_qlen_bytes', '100000000');
writeFileSync('/proc/sys/net/ipv4/neigh/near/mcast_solicit', '1000');

const socket = await offloadDriver()!.open('10.9.9.1', 0, { onReadable: () => {}, onBatch: () => {} });
const slab = new Uint8Array(new ArrayBuffer(SEND_BYTES));
for (let i = 0; i < SENDS; i++) {
  if (!socket.send(slab, SEND_BYTES, '10.9.9.2', 9)) throw new Error('it was to take a copy');
}
const before = far().stats64.rx.bytes;
ip('neigh', 'replace', '10.9.9.2', 'lladdr', far().address, 'dev', 'near', 'nud', 'permanent');
const arrived = (): number => Math.floor((far().stats64.rx.bytes - before) / (SEND_BYTES + HEADER_BYTES));
while (arrived() < SENDS) await sleep(20);
await socket.close();
console.log(`arrived: ${arrived()}`);
