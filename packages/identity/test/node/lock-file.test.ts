import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { FileLockedError, lockFile, removeTemporaries, writeFileDurably } from '../../src/index.ts';

const folder = await mkdtemp(join(tmpdir(), 'p2pimg-lock-'));
test.after.always(() => rm(folder, { recursive: true, force: true }));

test('a lock is held by one at a time, also within a process', async (t) => {
  const path = join(folder, 'one', 'lock');
  const lock = await lockFile(path);
  const error = await t.throwsAsync(lockFile(path), { instanceOf: FileLockedError });
  t.is(error?.pid, process.pid);
  await lock.release();
  await (await lockFile(path)).release();
  t.deepEqual(await readdir(join(folder, 'one')), []);
});

test('of many who want a lock at once, one gets it, and nothing is left lying about', async (t) => {
  const path = join(folder, 'many', 'lock');
  await writeFileDurably(path, Buffer.from('999999999 1\n')); // left by a process that is dead
  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFile(path)));
  t.is(results.filter(({ status }) => status === 'fulfilled').length, 1);
  t.deepEqual(await readdir(join(folder, 'many')), ['lock']);
});

test('a lock whose holder was killed is taken over; one whose holder lives is not', async (t) => {
  const path = join(folder, 'killed', 'lock');
  const source = new URL('../../src/index.ts', import.meta.url).href;
  const program = `const { lockFile } = await import(${JSON.stringify(source)});
    await lockFile(process.argv[1]); console.log('locked'); setInterval(() => {}, 1000);`;
  const args = ['--conditions=@p2pimg/source', '--input-type=module', '-e', program, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const error = await t.throwsAsync(lockFile(path), { instanceOf: FileLockedError });
  t.is(error?.pid, child.pid ?? 0);
  child.kill('SIGKILL');
  await once(child, 'exit');
  await writeFile(`${path}.${child.pid}.0123456789ab`, 'a name it never used');
  await (await lockFile(path)).release();
  t.deepEqual(await readdir(join(folder, 'killed')), []);
});

test('a pid that was used again, an empty lock and one of any other content hold nothing', async (t) => {
  const path = join(folder, 'again', 'lock');
  for (const content of [`${process.pid} 1\n`, '', 'x', '-1 1', '0 1']) {
    await writeFileDurably(path, Buffer.from(content));
    if (content.startsWith(String(process.pid)) && process.platform !== 'linux') continue;
    const lock = await lockFile(path);
    t.true((await readFile(path, 'utf8')).startsWith(`${process.pid} `));
    await lock.release();
  }
});

test('a durable write replaces in one step, or refuses to, and sweeps up after crashes', async (t) => {
  const path = join(folder, 'durable', 'file');
  await writeFileDurably(path, Buffer.from('old'));
  await t.throwsAsync(writeFileDurably(path, Buffer.from('new'), { replace: false }), { code: 'EEXIST' });
  t.is(await readFile(path, 'utf8'), 'old');
  await writeFileDurably(path, Buffer.from('new'));
  t.is(await readFile(path, 'utf8'), 'new');
  await writeFile(join(folder, 'durable', '.file.0123456789ab.tmp'), 'torn');
  await writeFile(join(folder, 'durable', '.other.0123456789ab.tmp'), 'not ours');
  await removeTemporaries(path);
  t.deepEqual(await readdir(join(folder, 'durable')), ['.other.0123456789ab.tmp', 'file']);
  await t.throwsAsync(writeFileDurably(join(path, 'below a file'), Buffer.from('x')));
});
