import test from 'ava';
import { RequestTable } from '../../src/core/requests/table.ts';

const client = (keyHex: string) => ({
  session: 1,
  key: new Uint8Array(32),
  keyHex,
  recent: { clientId: undefined, askedAt: 0 },
  address: { host: '192.0.2.1', port: 1 },
});

test('N1 E5 ids are forgotten at their time, and not before', (t) => {
  const table = new RequestTable(10);
  table.add('a', 100);
  const later = table.add('b', 200);
  t.is(table.takeExpired(99), undefined);
  t.is(table.takeExpired(100)?.id, 'a');
  t.is(table.takeExpired(100), undefined);
  if (later !== undefined) table.keepUntil(later, 300);
  t.is(table.takeExpired(299), undefined);
  t.is(table.takeExpired(300)?.id, 'b');
  t.is(table.size, 0);
});

test('N1 N4 a full table lets answered ids go first, and nothing in when all are open', (t) => {
  const table = new RequestTable(2);
  table.add('open', 100);
  const answered = table.add('answered', 100);
  t.is(table.add('new', 100), undefined);
  if (answered === undefined) return t.fail('there was room');
  answered.phase = 'answered';
  table.noteChanged(answered);
  t.is(table.add('new', 100)?.id, 'new');
  t.is(table.get('answered'), undefined);
  t.is(table.size, 2);
});

test('S5 open requests are counted by client, also those that are opened again', (t) => {
  const table = new RequestTable(9);
  const entry = table.add('a', 100);
  if (entry === undefined) return t.fail('there was room');
  entry.client = client('k');
  table.noteClient(entry);
  t.is(table.unansweredOf('k'), 1);
  entry.phase = 'answered';
  table.noteChanged(entry);
  t.is(table.unansweredOf('k'), 0);
  entry.phase = 'elsewhere';
  table.noteChanged(entry);
  table.noteChanged(entry);
  t.is(table.unansweredOf('k'), 1);
  t.is(table.takeExpired(100)?.id, 'a');
  t.is(table.unansweredOf('k'), 0);
});
