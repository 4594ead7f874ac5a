import { migrate } from '@p2pimg/directory';
import { startDatabase, type TestDatabase } from '@p2pimg/testkit';
import anyTest, { type TestFn } from 'ava';
import { testUseCases } from './support/use-cases.ts';
import type { World } from './support/world.ts';

const test = anyTest as TestFn<World>;
let database: TestDatabase | undefined;

testUseCases(test, 'mysql', async () => {
  database = await startDatabase();
  await migrate(database.url);
  return database.url;
});

test.after.always(() => database?.stop());
