import { openDirectory } from '@p2pimg/directory';
import { directoryCompliance } from '@p2pimg/directory/compliance';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';

const folder = await tempDir();
const open = () => openDirectory(`sqlite://${folder.at('directory.db')}`);
const directories = [await open(), await open(), await open()] as const;
test.after.always(async () => {
  await Promise.all(directories.map((directory) => directory.close()));
  await folder.remove();
});

for (const { title, run } of directoryCompliance) {
  test(`D7 ${title} (SQLite, three threads on one file)`, async (t) => {
    await run({ directories });
    t.pass();
  });
}
