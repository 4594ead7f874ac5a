import { type OpenDirectory, openDirectory } from '@p2pimg/directory';
import test from 'ava';
import { startPurging } from '../../src/node/purge.ts';

test('D7 a server purges a directory that is a file, again and again', async (t) => {
  const url = 'sqlite::memory:';
  const directory = await openDirectory(url);
  t.teardown(() => directory.close());
  const twice = Promise.withResolvers<void>();
  let times = 0;
  const purge: OpenDirectory['purge'] = async (options) => {
    const rows = await directory.purge(options);
    if (++times === 2) twice.resolve();
    return rows;
  };
  const timer = startPurging(url, { purge }, 1);
  await twice.promise;
  clearInterval(timer);
  t.pass();
});

test('D7 a server does not purge on MySQL, where its user may not delete', (t) => {
  const purge = (): never => t.fail() as never;
  t.is(startPurging('mysql://p2pimg_server:x@127.0.0.1:1/p2pimg', { purge }, 1), undefined);
});
