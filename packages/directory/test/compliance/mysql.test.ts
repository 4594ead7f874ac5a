import { migrate, openDirectory } from '@p2pimg/directory';
import { directoryCompliance } from '@p2pimg/directory/compliance';
import { startDatabase } from '@p2pimg/testkit';
import test from 'ava';

const database = await startDatabase();
await migrate(database.url);
// What is proven is who wins, not how fast: a crowded machine may take its time.
const open = () => openDirectory(database.url, { deadlineMs: 60_000 });
const directories = [await open(), await open(), await open()] as const;
test.after.always(async () => {
  await Promise.all(directories.map((directory) => directory.close()));
  await database.stop();
});

for (const { title, run } of directoryCompliance) {
  test(`D1 ${title} (MySQL, three pools)`, async (t) => {
    await run({ directories });
    t.pass();
  });
}
