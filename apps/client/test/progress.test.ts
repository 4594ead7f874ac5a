import type { News } from '@p2pimg/client';
import test from 'ava';
import { ArrivalProgress, bytesText, EncodingProgress, secondsText, TransferMeter } from '../src/progress.ts';
import { newsLine } from '../src/wording.ts';

test('U3: progress tells phase, share, size, server, rate and time left', (t) => {
  let now = 0;
  const progress = new EncodingProgress(() => now);
  t.is(progress.line({ phase: 'waiting' }), 'waiting for a server …');
  const upload = { phase: 'uploading', total: 2_000_000, server: 's1' } as const;
  t.is(progress.line({ ...upload, done: 0 }), 'uploading 0 % of 2.0 MB (s1)');
  now = 1_000;
  t.is(progress.line({ ...upload, done: 500_000 }), 'uploading 25 % of 2.0 MB (s1, 500 KB/s, 3 s left)');
  t.is(progress.line({ phase: 'encoding' }), 'hiding the picture …');
  now = 1_500;
  const download = { phase: 'downloading', total: 3_000_000, server: 's1' } as const;
  t.is(progress.line({ ...download, done: 1_000 }), 'downloading 0 % of 3.0 MB (s1)', 'a meter of its own');
});

test('the rate is that of the last seconds, and starts anew when a transfer does', (t) => {
  const meter = new TransferMeter();
  t.is(meter.rate, undefined);
  for (let s = 0; s <= 10; s++) meter.sample(s * 1_000, s * 1_000_000);
  for (let s = 11; s <= 20; s++) meter.sample(s * 1_000, 10_000_000 + (s - 10) * 1_000);
  t.is(meter.rate, 1_000);
  t.is(meter.secondsLeft(10_012_000), 2);
  meter.sample(30_000, 10_010_500);
  t.is(meter.rate, 50, 'a slow transfer has a rate too');
  meter.sample(31_000, 100);
  t.is(meter.rate, undefined);
  meter.sample(32_000, 100);
  t.is(meter.secondsLeft(200), undefined, 'nothing moves');
});

test('what arrives of several pictures is told apart', (t) => {
  let now = 0;
  const progress = new ArrivalProgress(() => now);
  const one = { from: 6, imageId: 'client6-puppy', bytes: 1_000, resumedFrom: 0 };
  const two = { from: 8, imageId: 'client8-cat', bytes: 1_000, resumedFrom: 0 };
  progress.line({ ...one, done: 0 });
  progress.line({ ...two, done: 900 });
  now = 1_000;
  t.is(progress.line({ ...one, done: 100 }), 'receiving 10 % of 1.0 KB (client 6, 100 B/s, 9 s left)');
});

test('T1: a transfer that goes on says from where, once as news and then in its progress', (t) => {
  let now = 0;
  const progress = new ArrivalProgress(() => now);
  const arriving = { kind: 'imageArriving', from: 6, imageId: 'client6-puppy', bytes: 1_200_000 } as const;
  const resumed: News = { ...arriving, done: 480_000, resumedFrom: 480_000 };
  t.is(
    newsLine(resumed),
    'client6-puppy goes on arriving from client 6, where it was interrupted: 40 % of 1.2 MB are here',
  );
  t.is(progress.line(resumed), 'receiving 40 % of 1.2 MB (client 6, resumed at 40 %)');
  now = 1_000;
  const later = { ...resumed, done: 600_000 };
  t.is(
    progress.line(later),
    'receiving 50 % of 1.2 MB (client 6, resumed at 40 %, 120 KB/s, 5 s left)',
    'no rate of old bytes',
  );
  t.is(newsLine(later), undefined);
  t.is(newsLine({ ...arriving, done: 0, resumedFrom: 0 }), undefined);
});

test('sizes and times in words', (t) => {
  t.deepEqual([0, 999, 1_000, 9_949, 9_951, 999_499, 999_500, 12_582_912].map(bytesText), [
    '0 B',
    '999 B',
    '1.0 KB',
    '9.9 KB',
    '10 KB',
    '999 KB',
    '1.0 MB',
    '13 MB',
  ]);
  t.deepEqual([0, 0.2, 59.2, 61, 3_600].map(secondsText), ['0 s', '1 s', '1 min 0 s', '1 min 1 s', '60 min 0 s']);
});
