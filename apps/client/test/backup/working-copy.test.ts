import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { runProcess, spawnProcess, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { removeDeadCopies, workingCopy } from '../../src/backup/working-copy.ts';

test('N10: copies of killed backups are deleted at the next start, and nothing else is', async (t) => {
  const dir = await tempDir();
  t.teardown(dir.remove);
  const dead = await runProcess(process.execPath, ['--print', 'process.pid']);
  const living = await spawnProcess('cat');
  t.teardown(living.stop);
  const kept = [`backup-${living.pid}`, 'backup-0', 'backup-x', 'pictures'];
  for (const name of [`backup-${dead.stdout.trim()}`, ...kept]) {
    await mkdir(dir.at(name, 'pictures'), { recursive: true });
    await writeFile(dir.at(name, 'keys.json'), '{}');
  }
  // One left by a process that had this one's number.
  await mkdir(workingCopy(dir.path));
  await removeDeadCopies(dir.path);
  t.deepEqual((await readdir(dir.path)).sort(), kept.sort());
});
