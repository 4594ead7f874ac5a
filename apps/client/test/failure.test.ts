import { FileLockedError } from '@p2pimg/identity';
import test from 'ava';
import { failureOf } from '../src/failure.ts';

test('C3: a profile that another program uses says so, and what helps', async (t) => {
  const failure = await failureOf(new FileLockedError('/home/me/lock', 4711));
  t.like(failure, { code: 'profile_busy', exitCode: 1 });
  t.regex(failure?.message ?? '', /another p2pimg \(process 4711\) uses this profile: .*"p2pimg daemon"/);
});

test('C3: what nobody foresaw is no failure with an exit code', async (t) => {
  t.is(await failureOf(new TypeError('a defect')), undefined);
});
