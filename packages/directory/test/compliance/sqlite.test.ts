import { openDirectory } from '@p2pimg/directory';
import { directoryCompliance } from '@p2pimg/directory/compliance';
import { tempDir } from '@p2pimg/testkit';
import test from 'ava';

const folder = await tempDir();
// What is proven is who wins, not how fast: a crowded machine may take its time.
const open = () => openDirectory(`sqlite://${folder.at('directory.db')}`, { deadlineMs: 60_000 });
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
