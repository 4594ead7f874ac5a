import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { runProcess, spawnProcess, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { removeDead, underWay } from '../../src/backup/under-way.ts';

test('N10: what killed backups and restores have left is deleted by the next one, and nothing else is', async (t) => {
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
  await mkdir(underWay(dir.at('backup')));
  await removeDead(dir.at('backup'));
  t.deepEqual((await readdir(dir.path)).sort(), kept.sort());
});
