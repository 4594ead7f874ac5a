import test from 'ava';
import { figureTable } from '../src/figures.ts';

test('the table shows value, ratio and peer in columns', (t) => {
  const lines = figureTable([
    { from: 'stego', bench: 'embed', metric: '10 KB', value: 0.34567, unit: 'ms', against: 'pngjs', ratio: 18.5 },
    { from: 'stego', bench: 'bytes', metric: 'size', value: 37_296, unit: 'bytes' },
  ]).split('\n');
  t.is(lines.length, 3);
  t.regex(lines[1]!, /^stego {4}embed {2}10 KB {3}0\.3457 ms {4}18\.50× {2}pngjs$/);
  t.regex(lines[2]!, /37300 bytes$/);
});
