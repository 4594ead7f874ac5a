import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { startDatabaseServer, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { createConnection } from 'mysql2/promise';
import { checkDatabase, migrate, openDirectory, UnavailableError } from '../src/index.ts';

const run = promisify(execFile);

test('D5 TLS: the server is believed only with a certificate of the given authority for the name that was dialled', async (t) => {
  await using folder = await tempDir();
  const openssl = (...args: string[]) => run('openssl', args, { cwd: folder.path });
  const authority = async (name: string) => {
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.pem`,
    );
    return readFile(folder.at(`${name}.pem`), 'utf8');
  };
  const ca = await authority('ours');
  const otherCa = await authority('theirs');
  await openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    '/CN=database',
    '-keyout',
    'server.key',
    '-out',
    'server.csr',
  );
  await writeFile(folder.at('names'), 'subjectAltName=DNS:localhost');
  await openssl(
    'x509',
    '-req',
    '-in',
    'server.csr',
    '-CA',
    'ours.pem',
    '-CAkey',
    'ours.key',
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    'names',
    '-out',
    'server.pem',
  );

  await using server = await startDatabaseServer({
    args: [`--ssl-cert=${folder.at('server.pem')}`, `--ssl-key=${folder.at('server.key')}`],
  });
  const admin = await createConnection(server.url);
  await admin.query('create database p2pimg');
  await admin.query("create user server@'%' identified by 'x' require ssl");
  await admin.query("grant all on p2pimg.* to server@'%'");
  await admin.end();

  const url = (host: string) => `mysql://server:x@${host}:${server.port}/p2pimg`;
  await migrate(url('localhost'), { tls: { ca } });
  const directory = await openDirectory(url('localhost'), { tls: { ca } });
  t.is((await directory.info({})).schemaVersion, 3);
  await directory.close();
  t.like(
    (await checkDatabase(url('localhost'), { tls: { ca } })).find(({ name }) => name === 'tls'),
    { level: 'ok' },
  );

  await t.throwsAsync(openDirectory(url('127.0.0.1'), { tls: { ca } }), { message: /host names, not IP/ });
  for (const [host, options] of [
    ['localhost', { tls: { ca: otherCa } }],
    ['localhost', {}],
  ] as const) {
    await t.throwsAsync(openDirectory(url(host), { ...options, deadlineMs: 300 }), { instanceOf: UnavailableError });
  }
});
