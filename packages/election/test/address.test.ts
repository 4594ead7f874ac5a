import test from 'ava';
import { addressKey, InvalidAddressError } from '../src/index.ts';

test('E2 addresses sort by number, IPv4 before IPv6, then by port', (t) => {
  const sorted: [string, number][] = [
    ['9.255.255.255', 65_535],
    ['10.0.0.2', 8085],
    ['10.0.0.2', 10_000],
    ['10.0.0.10', 1],
    ['192.168.0.1', 1],
    ['::', 1],
    ['::1', 1],
    ['::1', 2],
    ['::ffff:10.0.0.1', 1],
    ['::ffff:10.0.0.2', 1],
    ['2001:db8::1', 1],
    ['2001:db8:0:0:1::', 1],
    ['fe80::1', 1],
  ];
  const keys = sorted.map(([host, port]) => addressKey(host, port));
  t.deepEqual([...keys].sort(), keys);
  t.is(new Set(keys).size, keys.length);
  t.is(addressKey('2001:DB8::1', 1), addressKey('2001:db8:0:0:0:0:0:1', 1));
});

test('E2 what is no address is refused', (t) => {
  const hosts = [
    '',
    'localhost',
    '1.2.3',
    '1.2.3.4.5',
    '256.0.0.1',
    '01.2.3.4',
    '1.2.3.-4',
    ':::',
    '1::2::3',
    '1:2',
    '::g',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7::8:9',
    '::1.2.3.4:5',
    'fe80::1%eth0',
  ];
  for (const host of hosts) t.throws(() => addressKey(host, 1), { instanceOf: InvalidAddressError }, host);
  for (const port of [0, 65_536, 1.5, Number.NaN])
    t.throws(() => addressKey('::1', port), { instanceOf: InvalidAddressError });
});
