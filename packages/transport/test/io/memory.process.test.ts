import test from 'ava';
import { run } from '../support/process/in-process.ts';

test('T1 N4 N5 a peer that acknowledges all and opens nothing of 64 transfers: memory stays within the limits, and the session lives', async (t) => {
  t.like(await run('never-opens.ts'), { code: 0, signal: null, err: '', out: 'session lives\nwithin the limits\n' });
});
