import { rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { generateClientKeys, lockFile, nodeSuite, readClientKeys, writeClientKeys } from '@p2pimg/identity';
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

test('N11 C3: the passphrase of the keys is set, changed and removed; what goes wrong leaves the keys as they were', async (t) => {
  t.timeout(120_000);
  const dir = await tempDir();
  t.teardown(dir.remove);
  const [old, next] = ['correct horse', 'battery staple'];
  const file = dir.at('me', 'keys.json');
  const { keys } = generateClientKeys(nodeSuite);
  await writeClientKeys(file, keys);
  const run = async (args: readonly string[], { input = '', known }: { input?: string; known?: string } = {}) => {
    const env = { P2PIMG_CLIENT_PASSPHRASE: known };
    const profile = args.includes('--profile') ? [] : ['--profile', dir.at('me')];
    const { code, stdout } = await runNode(MAIN, [...profile, '--json', 'id', 'passphrase', ...args], { input, env });
    const { error, ...said } = JSON.parse(stdout) as Record<string, unknown>;
    return { code, said, error };
  };
  const opens = (passphrase?: string) => readClientKeys(file, { passphrase });

  t.like(await run(['--profile', dir.at('nobody')]), { code: 4, error: { code: 'not_registered' } });
  t.is((await run([])).code, 2, 'no new passphrase');
  t.like(await run([], { input: 'short\n' }), { code: 1, error: { message: 'a passphrase has 8 to 1024 characters' } });
  t.deepEqual(await opens(), keys);

  t.like(await run([], { input: `${old}\n` }), { code: 0, said: { protected: true } });
  t.is((await stat(file)).mode & 0o777, 0o600);
  await t.throwsAsync(opens(), { name: 'PassphraseNeededError' });
  t.deepEqual(await opens(old), keys);

  t.like(await run([], { input: `${next}\n` }), { code: 2, error: { code: 'passphrase' } }, 'the old one is needed');
  t.like(await run(['--remove'], { known: 'wrong horse' }), { code: 1, error: { message: 'the passphrase is wrong' } });
  await writeFile(dir.at('me', 'keys.next.json'), '{}');
  t.like(await run(['--remove'], { known: old }), { code: 1, error: { code: 'rotation_pending' } });
  await rm(dir.at('me', 'keys.next.json'));
  const lock = await lockFile(dir.at('me', 'lock'));
  t.like(await run(['--remove'], { known: old }), { code: 1, error: { code: 'profile_busy' } });
  await lock.release();
  t.deepEqual(await opens(old), keys);

  t.is((await run([], { input: `${next}\n`, known: old })).code, 0);
  await t.throwsAsync(opens(old), { name: 'WrongPassphraseError' });
  t.deepEqual(await opens(next), keys);
  t.like(await run(['--remove'], { known: next }), { code: 0, said: { protected: false } });
  t.deepEqual(await opens(), keys);
});
