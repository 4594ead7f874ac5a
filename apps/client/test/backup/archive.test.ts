import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { generateClientKeys, nodeSuite } from '@p2pimg/identity';
import { type TempDir, tempDir } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import { readBackup, writeBackup } from '../../src/backup/archive.ts';

const never = new AbortController().signal;
const secret = { passphrase: 'correct horse', signal: never };
const PICTURE = `${'0123456789abcdef'.repeat(2)}.png`;
const { keys } = generateClientKeys(nodeSuite);

async function profile(t: ExecutionContext): Promise<TempDir> {
  const dir = await tempDir();
  t.teardown(dir.remove);
  await mkdir(dir.at('me', 'pictures'), { recursive: true });
  await writeFile(dir.at('me', 'journal'), 'the journal');
  await writeFile(dir.at('me', 'ledger'), '');
  await writeFile(dir.at('me', 'pictures', PICTURE), Buffer.alloc(300_000, 7));
  await symlink('/etc/passwd', dir.at('me', 'link'));
  return dir;
}

test('a backup gives every file of a profile back, and nothing else; a file that is there stays', async (t) => {
  const dir = await profile(t);
  await writeBackup(dir.at('b'), dir.at('me'), keys, secret);
  t.is((await stat(dir.at('b'))).mode & 0o777, 0o600);
  await t.throwsAsync(writeBackup(dir.at('b'), dir.at('me'), keys, secret), { code: 'EEXIST' });

  t.deepEqual(await readBackup(dir.at('b'), dir.at('again'), secret), keys);
  t.deepEqual((await readdir(dir.at('again'))).sort(), ['journal', 'ledger', 'pictures']);
  t.is(await readFile(dir.at('again', 'journal'), 'utf8'), 'the journal');
  t.deepEqual(await readFile(dir.at('again', 'pictures', PICTURE)), Buffer.alloc(300_000, 7));
  t.is((await stat(dir.at('again', 'journal'))).mode & 0o777, 0o600);
  await t.throwsAsync(readBackup(dir.at('b'), dir.at('x'), { ...secret, passphrase: 'wrong horse' }), {
    message: /the passphrase is wrong/,
  });
});

test('a backup that is cut off or changed anywhere is refused', async (t) => {
  t.timeout(120_000); // each passphrase takes its time
  const dir = await profile(t);
  await writeBackup(dir.at('b'), dir.at('me'), keys, secret);
  const whole = await readFile(dir.at('b'));
  const keysEnd = 20 + whole.readUInt32BE(16);
  const refused = async (label: string, bytes: Buffer): Promise<void> => {
    await writeFile(dir.at('bad'), bytes);
    await t.throwsAsync(readBackup(dir.at('bad'), dir.at(label), secret), undefined, label);
  };
  for (const length of [0, 15, 19, 30, keysEnd + 16, whole.length - 1]) {
    await refused(`cut at ${length}`, whole.subarray(0, length));
  }
  for (const at of [0, 17, 40, keysEnd + 3, keysEnd + 5_000, whole.length - 1]) {
    const changed = Buffer.from(whole);
    changed[at]! ^= 1;
    await refused(`changed at ${at}`, changed);
  }
});
