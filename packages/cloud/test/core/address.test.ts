import test from 'ava';
import { isThisMachine, mayAdvertise, networkOf } from '../../src/core/procedures/address.ts';

const HERE = [
  '127.0.0.1',
  '127.9.9.9',
  '0.0.0.0',
  '::',
  '::1',
  '0:0:0:0:0:0:0:1',
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '::ffff:0.0.0.0',
];
const ELSEWHERE = ['10.0.0.1', '192.0.2.7', '2001:db8::1', 'fe80::1', '::ffff:192.0.2.7', '::2'];
const MANY = ['224.0.0.1', '239.255.255.250', '255.255.255.255', 'ff02::1', '::ffff:224.0.0.1'];

test('D2 N4 an address of this very machine, however it is written, is told only here', (t) => {
  for (const host of HERE) {
    t.true(isThisMachine(host), host);
    t.false(mayAdvertise(host, '192.0.2.1'), host);
    t.true(mayAdvertise(host, '127.0.0.1'), host);
  }
  for (const host of ELSEWHERE) {
    t.false(isThisMachine(host), host);
    t.true(mayAdvertise(host, '192.0.2.1'), host);
  }
});

test('D2 N4 nobody is sent to addresses of many', (t) => {
  for (const host of MANY) t.false(mayAdvertise(host, '127.0.0.1'), host);
});

test('D2 N4 all addresses of one IPv6 network count as one', (t) => {
  t.is(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:2:ffff::9'));
  t.not(networkOf('2001:db8:1:2::1'), networkOf('2001:db8:1:3::1'));
  t.not(networkOf('192.0.2.1'), networkOf('192.0.2.2'));
  t.not(networkOf('::ffff:192.0.2.1'), networkOf('::ffff:192.0.2.2'));
});
