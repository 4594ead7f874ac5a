import fs from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';
import { writeFileDurably } from '../../src/node/durable-file.ts';

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

for (const linked of [true, false]) {
  test.serial(`a file is not replaced, ${linked ? 'with' : 'and neither without'} hard links`, async (t) => {
    const { link } = fs.promises;
    t.teardown(() => {
      fs.promises.link = link;
      syncBuiltinESMExports();
    });
    // What FAT answers.
    if (!linked) fs.promises.link = () => Promise.reject(Object.assign(new Error('EPERM'), { code: 'EPERM' }));
    syncBuiltinESMExports();
    const dir = await tempDir();
    t.teardown(dir.remove);
    await writeFileDurably(dir.at('a'), bytes('first'), { replace: false });
    await t.throwsAsync(writeFileDurably(dir.at('a'), bytes('second'), { replace: false }), { code: 'EEXIST' });
    t.is(await readFile(dir.at('a'), 'utf8'), 'first');
    t.deepEqual(await readdir(dir.path), ['a']);
  });
}
