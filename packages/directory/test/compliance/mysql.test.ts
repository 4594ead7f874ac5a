import { migrate, openDirectory } from '@p2pimg/directory';
import { directoryCompliance } from '@p2pimg/directory/compliance';
import { startDatabase } from '@p2pimg/testkit';
import test from 'ava';
import { createUsers } from '../support/users.ts';

const database = await startDatabase();
const users = await createUsers(database.url);
await migrate(users.admin);
// What is proven is who wins, not how fast: a crowded machine may take its time.
const open = (url: string) => openDirectory(url, { deadlineMs: 60_000 });
const directories = [await open(users.server), await open(users.server), await open(users.server)] as const;
const purging = await open(users.purge);
test.after.always(async () => {
  await Promise.all([...directories, purging].map((directory) => directory.close()));
  await users.drop();
  await database.stop();
});

for (const { title, run } of directoryCompliance) {
  test(`D1 ${title} (MySQL, three pools, as the users of docs/operations.md)`, async (t) => {
    await run({ directories, purging });
    t.pass();
  });
}
