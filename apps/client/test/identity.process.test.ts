import { stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateClientKeys, nodeSuite, writeClientKeys } from '@p2pimg/identity';
import { runNode, tempDir } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

test('N11 C3: keys are carried to another profile under a passphrase, and never over others', async (t) => {
  const dir = await tempDir();
  t.teardown(dir.remove);
  await writeClientKeys(dir.at('old', 'keys.json'), generateClientKeys(nodeSuite).keys);
  const run = (profile: string, args: readonly string[], input?: string) =>
    runNode(MAIN, ['--profile', dir.at(profile), '--json', 'id', ...args], input === undefined ? {} : { input });
  const file = dir.at('exported.json');

  t.is((await run('old', ['export', file])).code, 2, 'no passphrase');
  t.is((await run('old', ['export', file], 'short\n')).code, 1);
  const exported = await run('old', ['export', file], 'correct horse\n');
  t.is(exported.code, 0, exported.stdout);
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.is((await run('old', ['export', file], 'correct horse\n')).code, 1, 'a file that exists stays');

  t.regex((await run('new', ['import', file], 'wrong horse\n')).stdout, /the passphrase is wrong/);
  const imported = await run('new', ['import', file], 'correct horse\n');
  t.is(imported.code, 0, imported.stdout);
  t.is(imported.stdout, exported.stdout, 'the same fingerprint');
  t.is((await run('new', ['import', file], 'correct horse\n')).code, 1, 'keys that are there stay');
});
