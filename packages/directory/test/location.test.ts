import test from 'ava';
import { InvalidError } from '../src/index.ts';
import { parseLocation } from '../src/location.ts';

test('D7 a directory is a file or the nodes of one database', (t) => {
  for (const [url, path] of [
    ['sqlite:///var/lib/p2pimg/directory.db', '/var/lib/p2pimg/directory.db'],
    ['sqlite:///with%20blank.db', '/with blank.db'],
    ['sqlite::memory:', ':memory:'],
    ['sqlite:relative.db', 'relative.db'],
    ['relative.db', 'relative.db'],
    ['/absolute.db', '/absolute.db'],
  ] as const) {
    t.deepEqual(parseLocation(url), { kind: 'sqlite', path });
  }

  const node = (host: string, port: number) => ({ host, port, user: 'server', password: 'p@ss', database: 'p2pimg' });
  for (const [url, endpoints] of [
    ['mysql://server:p%40ss@db/p2pimg', [node('db', 3306)]],
    ['mysql://server:p%40ss@[::1]:4000/p2pimg', [node('::1', 4000)]],
    ['mysql://server:p%40ss@a:1,b,c:3/p2pimg', [node('a', 1), node('b', 3306), node('c', 3)]],
    ['mysql://server:p%40ss@a:1/p2pimg,mysql://server:p%40ss@b/p2pimg', [node('a', 1), node('b', 3306)]],
    ['mysql://server:p%40ss@a:1/p2pimg mysql://server:p%40ss@b/p2pimg', [node('a', 1), node('b', 3306)]],
  ] as const) {
    t.deepEqual(parseLocation(url), { kind: 'mysql', endpoints });
  }
});

test('D7 what is neither is refused without being quoted, for it may hold a password', (t) => {
  for (const url of [
    '',
    'sqlite:',
    'sqlite://host/secret',
    'postgres://u:secret@h/db',
    'mysql:',
    'mysql://u:secret@h',
    'mysql://u:secret@h/',
    'mysql://u:secret@h/a/b',
    'mysql://u:secret@h:99999/db',
    'mysql://u:secret@,/db',
    'mysql://u:secret@a/one,mysql://u:secret@b/two',
    `mysql://u:secret@${Array(17).fill('h').join(',')}/db`,
  ]) {
    const error = t.throws(() => parseLocation(url), { instanceOf: InvalidError }, url);
    t.false(error?.message.includes('secret'));
  }
});
