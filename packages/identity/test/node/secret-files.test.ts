import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import {
  exportClientKeys,
  generateClientKeys,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  IdentityError,
  importClientKeys,
  nodeSuite,
  PassphraseLengthError,
  PassphraseNeededError,
  readClientKeys,
  readRootKey,
  readServerSecrets,
  rotateClientKeys,
  SecretCorruptError,
  SecretExistsError,
  SecretKindError,
  SecretMissingError,
  SecretPermissionsError,
  WrongPassphraseError,
  writeClientKeys,
  writeRootKey,
  writeServerSecrets,
} from '../../src/index.ts';
import { bitFlips } from '../fixtures.ts';

const folder = await mkdtemp(join(tmpdir(), 'p2pimg-identity-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));
let counter = 0;
const freshPath = (): string => join(folder, String(counter++), 'deeper', 'keys.json');

const { keys } = generateClientKeys(nodeSuite);

test('N11: a key file is private, comes back as it was, and leaves no temporary file', async (t) => {
  const path = freshPath();
  const rotated = rotateClientKeys(nodeSuite, keys);
  await writeClientKeys(path, rotated);
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.is((await stat(join(path, '..'))).mode & 0o777, 0o700);
  t.deepEqual(await readdir(join(path, '..')), ['keys.json']);
  t.deepEqual(await readClientKeys(path), rotated);
  const withoutRecovery = { ...keys, recoveryKey: undefined };
  await writeClientKeys(path, withoutRecovery, { replace: true });
  t.deepEqual(await readClientKeys(path), withoutRecovery);
});

test('a key file is never replaced by accident', async (t) => {
  const path = freshPath();
  await writeClientKeys(path, keys);
  const other = generateClientKeys(nodeSuite).keys;
  await t.throwsAsync(writeClientKeys(path, other), { instanceOf: SecretExistsError });
  t.deepEqual(await readClientKeys(path), keys);
  t.deepEqual(await readdir(join(path, '..')), ['keys.json']);
});

test('a passphrase protects a key file; a wrong or a missing one is named', async (t) => {
  const path = freshPath();
  await writeClientKeys(path, keys, { passphrase: 'correct hörse' });
  t.deepEqual(await readClientKeys(path, { passphrase: 'correct ho\u0308rse' }), keys);
  await t.throwsAsync(readClientKeys(path, { passphrase: 'correct horse' }), { instanceOf: WrongPassphraseError });
  await t.throwsAsync(readClientKeys(path), { instanceOf: PassphraseNeededError });
  t.false((await readFile(path, 'utf8')).includes(Buffer.from(keys.sign.privateKey).toString('hex')));
  for (const passphrase of ['', 'short', 'x'.repeat(1025)]) {
    await t.throwsAsync(writeClientKeys(freshPath(), keys, { passphrase }), { instanceOf: PassphraseLengthError });
  }
});

test('a missing key file, one that others may read and one of another kind are named', async (t) => {
  await t.throwsAsync(readClientKeys(freshPath()), { instanceOf: SecretMissingError });
  const path = freshPath();
  await writeRootKey(path, generateSignPair(nodeSuite));
  await t.throwsAsync(readClientKeys(path), { instanceOf: SecretKindError });
  for (const mode of [0o640, 0o604, 0o620, 0o601]) {
    await chmod(path, mode);
    await t.throwsAsync(readRootKey(path), { instanceOf: SecretPermissionsError }, mode.toString(8));
  }
});

test('a key file with any bit flipped is refused, or reads as before where JSON has room', async (t) => {
  const path = freshPath();
  await writeRootKey(path, generateSignPair(nodeSuite));
  const good = await readRootKey(path);
  for (const { bit, bytes } of bitFlips(await readFile(path))) {
    if (bit % 7 !== 0) continue; // every byte still has a flip, and the disk some rest
    await writeFile(path, bytes);
    const read = await readRootKey(path).catch((error: unknown) => error);
    if (read instanceof Error) t.true(read instanceof IdentityError, `bit ${bit}`);
    else t.deepEqual(read, good, `bit ${bit}`);
  }
});

test('a key file cut at any byte, or of any other content, is named as damaged', async (t) => {
  const path = freshPath();
  await writeRootKey(path, generateSignPair(nodeSuite));
  const whole = await readFile(path);
  // The very last byte is the line feed at the end: without it the file still says everything.
  for (let length = 0; length < whole.length - 1; length++) {
    await writeFile(path, whole.subarray(0, length));
    await t.throwsAsync(readRootKey(path), { instanceOf: SecretCorruptError }, `cut at ${length}`);
  }
  for (const content of ['{}', '[]', 'null', '\u0000', '{"format":"p2pimg-secret"}', 'x'.repeat(20_000)]) {
    await writeFile(path, content);
    await t.throwsAsync(readRootKey(path), { instanceOf: SecretCorruptError });
  }
});

test('a file that asks for a terabyte of memory is refused before it gets any', async (t) => {
  const exported = JSON.parse(Buffer.from(await exportClientKeys(keys, 'a passphrase')).toString());
  exported.protection.memoryKiB = 2 ** 30;
  const bytes = Buffer.from(JSON.stringify(exported));
  await t.throwsAsync(importClientKeys(bytes, 'a passphrase'), { instanceOf: SecretCorruptError });
});

test('keys travel to another machine under a passphrase', async (t) => {
  const exported = await exportClientKeys(keys, 'on the move');
  t.deepEqual(await importClientKeys(exported, 'on the move'), keys);
  await t.throwsAsync(importClientKeys(exported, 'in the move'), { instanceOf: WrongPassphraseError });
});

test("a server's secrets and the operator's root key have files of the same kind", async (t) => {
  const secrets = {
    serverId: 'alpha',
    keys: generateServerKeys(nodeSuite),
    clusterKeys: [generateClusterKey(nodeSuite), generateClusterKey(nodeSuite)],
    psks: [nodeSuite.randomBytes(32), nodeSuite.randomBytes(32)],
  };
  const path = freshPath();
  await writeServerSecrets(path, secrets);
  t.deepEqual(await readServerSecrets(path), secrets);
  const three = freshPath();
  await writeServerSecrets(three, { ...secrets, psks: [...secrets.psks, nodeSuite.randomBytes(32)] });
  await t.throwsAsync(readServerSecrets(three), { instanceOf: SecretCorruptError });
  const root = generateSignPair(nodeSuite);
  await writeRootKey(freshPath(), root);
  t.deepEqual(await readRootKey(join(folder, String(counter - 1), 'deeper', 'keys.json')), root);
});
