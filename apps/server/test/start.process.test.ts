import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { chmod, copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateServerKeys, nodeSuite, readServerSecrets, writeServerSecrets } from '@p2pimg/identity';
import { freeUdpPorts, runNode, spawnNode, type TempDir, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { initLocalCloud, type LocalCloud } from '../src/operator/init-local.ts';
import { MAIN } from './support/local-cloud.ts';

interface Prepared extends AsyncDisposable {
  readonly dir: TempDir;
  readonly cloud: LocalCloud;
  readonly clientPort: number;
  readonly settings: string;
}

async function prepare(): Promise<Prepared> {
  const dir = await tempDir();
  const [clientPort = 0, peerPort = 0] = await freeUdpPorts(2);
  const place = { host: '127.0.0.1', clientPort, peerPort, statusPort: 0 };
  const cloud = await initLocalCloud({ folder: dir.path, servers: [place] });
  const settings = cloud.servers[0]?.settingsPath ?? '';
  return { dir, cloud, clientPort, settings, [Symbol.asyncDispose]: dir.remove };
}

async function run(settings: string, ...flags: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  return runNode(MAIN, ['run', '--config', settings, ...flags], { timeoutMs: 60_000 });
}

function isOneLine(text: string): boolean {
  return text.trim().split('\n').length === 1;
}

test('S1 a port in use is named, exit code 4', async (t) => {
  await using prepared = await prepare();
  const socket = createSocket('udp4');
  socket.bind(prepared.clientPort, '127.0.0.1');
  await once(socket, 'listening');
  t.teardown(() => socket.close());
  const { code, stderr } = await run(prepared.settings);
  t.is(code, 4);
  t.true(stderr.includes(`port ${prepared.clientPort}`) && stderr.includes('in use'), stderr);
  t.true(isOneLine(stderr), stderr);
});

test('S1 a manifest that lacks this server, exit code 3', async (t) => {
  await using prepared = await prepare();
  const own = await readServerSecrets(prepared.dir.at('s1.key'));
  await writeServerSecrets(prepared.dir.at('s9.key'), { ...own, serverId: 's9' });
  const { code, stderr } = await run(prepared.settings, '--secrets', prepared.dir.at('s9.key'));
  t.is(code, 3);
  t.regex(stderr, /the manifest has no server s9/);
  t.true(isOneLine(stderr), stderr);
});

test('S1 other keys than the manifest names, exit code 3', async (t) => {
  await using prepared = await prepare();
  const own = await readServerSecrets(prepared.dir.at('s1.key'));
  const wrong = { ...own, keys: generateServerKeys(nodeSuite) };
  await writeServerSecrets(prepared.dir.at('wrong.key'), wrong);
  const { code, stderr } = await run(prepared.settings, '--secrets', prepared.dir.at('wrong.key'));
  t.is(code, 3);
  t.regex(stderr, /the manifest names other keys for server s1/);
});

test('S1 secrets that others may read, exit code 3', async (t) => {
  await using prepared = await prepare();
  await copyFile(prepared.dir.at('s1.key'), prepared.dir.at('open.key'));
  await chmod(prepared.dir.at('open.key'), 0o644);
  const { code, stderr } = await run(prepared.settings, '--secrets', prepared.dir.at('open.key'));
  t.is(code, 3);
  t.regex(stderr, /chmod 600/);
});

test('S1 a manifest whose signature does not hold, exit code 3', async (t) => {
  await using prepared = await prepare();
  const signed = JSON.parse(await readFile(prepared.cloud.manifestPath, 'utf8'));
  const forged = join(prepared.dir.path, 'forged.json');
  await writeFile(forged, JSON.stringify({ ...signed, signature: '00'.repeat(64) }));
  const { code, stderr } = await run(prepared.settings, '--manifest', forged);
  t.is(code, 3);
  t.regex(stderr, /not signed by its root key/);
});

test('D1 a database that nobody answers for, exit code 4; its password is not shown', async (t) => {
  await using prepared = await prepare();
  const { code, stderr } = await run(prepared.settings, '--directory-url', 'mysql://p2pimg:hidden@127.0.0.1:1/p2pimg');
  t.is(code, 4);
  t.regex(stderr, /the directory/);
  t.false(stderr.includes('hidden'));
  t.true(isOneLine(stderr), stderr);
});

test('S3 a folder of covers without a picture, exit code 3', async (t) => {
  await using prepared = await prepare();
  const { code, stderr } = await run(prepared.settings, '--covers-folder', prepared.dir.path);
  t.is(code, 3);
  t.regex(stderr, /holds no PNG or JPEG/);
});

test('S1 S6 a hang-up while a server starts does not end it: the manifest is read again once it serves', async (t) => {
  t.timeout(60_000);
  await using prepared = await prepare();
  await using server = await spawnNode(MAIN, ['run', '--config', prepared.settings, '--log-format', 'json']);
  while (!(await catchesHangUps(server.pid))) await new Promise(setImmediate);
  t.deepEqual(server.lines(), [], 'it does not serve yet');
  server.signal('SIGHUP');
  await server.line('goes on by manifest');
  server.signal('SIGTERM');
  t.is((await server.exited).code, 0);
});

/** Whether SIGHUP no longer ends the process: signal 1 is the lowest bit of the mask that Linux shows. */
async function catchesHangUps(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mask = /^SigCgt:\t([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${mask}`) & 1n) === 1n;
}
