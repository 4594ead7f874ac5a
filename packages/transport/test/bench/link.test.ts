import test from 'ava';
import { whyNoLink } from '../../bench/link/link.ts';
import { bulkOver, poolOver, SMALL_LINK, shareOver } from '../../bench/link/measure.ts';

const why = whyNoLink();

test('T1 the emulated link carries ours and TCP, or says why it cannot be made', async (t) => {
  if (why !== undefined) {
    t.regex(why, /root|Linux|node:ffi|\/dev\/net\/tun/);
    return;
  }
  const ours = await bulkOver('loss-5', 'ours', SMALL_LINK, 1);
  t.true(ours.megabitsPerSecond > 0);
  t.true(ours.repeated !== undefined && ours.repeated > 0);
  t.true((await bulkOver('clean', 'tcp-cubic', SMALL_LINK, 1)).megabitsPerSecond > 0);
  t.true((await poolOver('loss-1', 'ours', SMALL_LINK, 1)).perSecond > 0);
  const share = await shareOver('clean', ['ours', 'tcp-bbr'], SMALL_LINK, 1);
  t.true(share > 0 && share < 1);
});
