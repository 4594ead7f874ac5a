import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeSuite, openManifest, readServerSecrets } from '@p2pimg/identity';
import { runNode, tempDir } from '@p2pimg/testkit';
import { equalBytes, toHex } from '@p2pimg/wire';
import test, { type ExecutionContext } from 'ava';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

interface Operator {
  readonly at: (name: string) => string;
  readonly run: (...args: readonly string[]) => ReturnType<typeof runNode>;
  readonly ok: (...args: readonly string[]) => Promise<string>;
}

async function operator(t: ExecutionContext): Promise<Operator> {
  const dir = await tempDir();
  t.teardown(() => dir[Symbol.asyncDispose]());
  const run = (...args: readonly string[]) => runNode(MAIN, args, { cwd: dir.path });
  const ok = async (...args: readonly string[]) => {
    const { code, stdout, stderr } = await run(...args);
    t.is(code, 0, stderr);
    return stdout;
  };
  return { at: (name) => join(dir.path, name), run, ok };
}

test('S1 an operator makes keys and a signed manifest of two servers, and removes one', async (t) => {
  const { at, ok } = await operator(t);
  const root = await ok('keygen', 'root', '--out', 'root.key');
  await ok('keygen', 'server', '--id', 's1', '--out', 's1.key');
  await ok('keygen', 'server', '--id', 's2', '--out', 's2.key', '--like', 's1.key');
  await ok('manifest', 'create', '--card', 's1.key.card.json', '--host', '127.0.0.1', '--out', 'a.draft');
  await ok('manifest', 'add', 'a.draft', '--card', 's2.key.card.json', '--host', '127.0.0.2', '--out', 'b.draft');
  await ok('manifest', 'sign', 'b.draft', '--root', 'root.key', '--out', 'cloud.json');

  const { manifest, rootKey } = openManifest(nodeSuite, await readFile(at('cloud.json')));
  t.true(root.includes(toHex(rootKey)));
  t.deepEqual(
    manifest.servers.map(({ id, host, clientPort, peerPort }) => [id, host, clientPort, peerPort]),
    [
      ['s1', '127.0.0.1', 8081, 8085],
      ['s2', '127.0.0.2', 8081, 8085],
    ],
  );
  const [s1, s2] = [await readServerSecrets(at('s1.key')), await readServerSecrets(at('s2.key'))];
  t.true(equalBytes(s1.psks[0]!, s2.psks[0]!));
  t.true(equalBytes(s1.clusterKeys[0]!.publicKey, s2.clusterKeys[0]!.publicKey));
  t.false(equalBytes(s1.keys.box.publicKey, s2.keys.box.publicKey));
  t.is((await stat(at('s1.key'))).mode & 0o777, 0o600);

  await ok('manifest', 'remove', 'cloud.json', '--id', 's1', '--out', 'c.draft');
  const shown = JSON.parse(await ok('manifest', 'show', 'c.draft', '--json'));
  t.deepEqual([shown.signed, shown.servers.length, shown.serial > manifest.serial], [false, 1, true]);
});

const MISTAKES: readonly (readonly [string, readonly string[], number, RegExp])[] = [
  ['an unknown command', ['mainfest'], 2, /did you mean manifest/i],
  ['a missing option', ['keygen', 'root'], 2, /--out/],
  ['a server name with a slash', ['keygen', 'server', '--id', '../s1', '--out', 'x.key'], 2, /--id/],
  [
    'a missing card',
    ['manifest', 'create', '--card', 'none.json', '--host', '127.0.0.1', '--out', 'd'],
    3,
    /none\.json/,
  ],
  ['port 0', ['manifest', 'create', '--card', 'c', '--host', 'h', '--client-port', '0', '--out', 'd'], 2, /1 to 65535/],
  ['a missing manifest', ['manifest', 'show', 'none.json'], 3, /none\.json: no such file/],
];

for (const [what, args, code, message] of MISTAKES) {
  test(`${what} gives one clear line and exit code ${code}`, async (t) => {
    const { run } = await operator(t);
    const finished = await run(...args);
    t.is(finished.code, code);
    t.regex(finished.stderr, message);
    t.false(finished.stderr.includes('    at '), finished.stderr);
  });
}

test('secrets are never overwritten, and a server of another cloud is not added', async (t) => {
  const { run, ok } = await operator(t);
  await ok('keygen', 'server', '--id', 's1', '--out', 's1.key');
  t.is((await run('keygen', 'server', '--id', 's1', '--out', 's1.key')).code, 3);
  await ok('keygen', 'server', '--id', 's2', '--out', 's2.key');
  await ok('manifest', 'create', '--card', 's1.key.card.json', '--host', '127.0.0.1', '--out', 'a.draft');
  const added = await run(
    'manifest',
    'add',
    'a.draft',
    '--card',
    's2.key.card.json',
    '--host',
    '127.0.0.1',
    '--out',
    'b',
  );
  t.is(added.code, 3);
  t.regex(added.stderr, /another cluster key/);
});
