import { findProgram, runProcess, startDatabase } from '@p2pimg/testkit';
import test from 'ava';
import { newClaim, newGrant, newRelease, revised } from '../src/compliance/world.ts';
import { databaseStatus, migrate, openDirectory, renewGeneration } from '../src/index.ts';

test('M6 D4 D5 a MySQL directory is dumped under load and restored elsewhere: consistent, of a new generation, and made whole by its owners', async (t) => {
  await using database = await startDatabase();
  const { url } = database;
  await migrate(url);
  const live = await openDirectory(url);
  const grant = await newGrant(live, 2);
  await live.publishGrant({ claim: newClaim(), ...grant });
  await live.releaseView(newRelease(grant));

  // Writers go on while it is dumped: what the dump has is one moment.
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (writing) await live.releaseView(newRelease(await newGrant(live, 1)));
    }),
  );
  const { host, hostname, port, username, password, pathname } = new URL(url);
  t.truthy(host);
  const login = [
    `--host=${hostname}`,
    `--port=${port}`,
    `--user=${username}`,
    `--password=${decodeURIComponent(password)}`,
  ];
  const program = (...names: string[]): string => findProgram(...names) as string;
  const dump = await runProcess(program('mariadb-dump', 'mysqldump'), [
    ...login,
    '--single-transaction',
    '--hex-blob',
    pathname.slice(1),
  ]);
  t.is(dump.code, 0, dump.stderr);
  writing = false;
  await writers;
  const later = revised(grant, 0);
  await live.publishGrant({ claim: newClaim(), ...later });
  const { generation } = await live.info({});
  await live.close();

  const restoredUrl = await database.createDatabase();
  const load = await runProcess(program('mariadb', 'mysql'), [...login, new URL(restoredUrl).pathname.slice(1)], {
    input: dump.stdout,
  });
  t.is(load.code, 0, load.stderr);
  const renewed = await renewGeneration(restoredUrl);
  t.not(Buffer.from(generation).toString('hex'), renewed);

  const { content } = await databaseStatus(restoredUrl);
  t.is(content?.generation, renewed);
  // Effects and claims of one moment: four calls for each grant that was ever viewed, whatever was under way.
  t.true((content?.releases ?? 0) <= (content?.grants ?? 0));
  const restored = await openDirectory(restoredUrl);
  t.like(await restored.grant(grant), { version: 1, used: 1 });
  await restored.publishGrant({ claim: newClaim(), ...later });
  await t.throwsAsync(restored.releaseView(newRelease(grant)), { message: /withdrawn/ });
  await restored.close();
});
