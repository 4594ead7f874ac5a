import { setTimeout as delay } from 'node:timers/promises';
import { directoryCompliance } from '@p2pimg/directory/compliance';
import test from 'ava';
import { migrate, openDirectory } from '../../src/index.ts';
import { startLoad } from '../support/claim-load.ts';
import { startGalera } from '../support/galera.ts';

const cluster = await startGalera(3);
await migrate(cluster.url(0));
// Each prefers another node: conflicts are settled by certification.
const spread = [
  await openDirectory(cluster.url(0)),
  await openDirectory(cluster.url(1)),
  await openDirectory(cluster.url(2)),
] as const;
test.after.always(async () => {
  await Promise.all(spread.map((directory) => directory.close()));
  await cluster.stop();
});

for (const { title, run } of directoryCompliance) {
  test.serial(`D7 ${title} (Galera, three nodes written at once)`, async (t) => {
    await run({ directories: spread });
    t.pass();
  });
}

const faults: readonly (readonly [name: string, fault: NodeJS.Signals, repair: () => Promise<void>])[] = [
  ['kill -9', 'SIGKILL', () => cluster.restart(0)],
  [
    'a freeze',
    'SIGSTOP',
    async () => {
      cluster.signal(0, 'SIGCONT');
      await cluster.synced(0);
    },
  ],
  ['an orderly stop', 'SIGTERM', () => cluster.restart(0)],
];

for (const [name, fault, repair] of faults) {
  test.serial(
    `D5 D7 S6 ${name} of the written node under load: nothing acknowledged is lost, every claim has one winner`,
    async (t) => {
      const directories = [await openDirectory(cluster.url(0)), await openDirectory(cluster.url(0))];
      const load = startLoad(directories, 6);
      await load.progress(200);
      cluster.signal(0, fault);
      // The others go on, unless the machine is so crowded that they lose each other: then the repair brings them back.
      await Promise.race([load.progress(200), delay(10_000)]);
      await repair();
      await load.progress(200);
      await load.stop();
      t.log(
        `${load.acknowledged.length} claims, longest gap ${Math.round(load.gapMs())} ms, ${load.failures()} errors`,
      );

      for (const { boxKey, clientIds } of load.acknowledged) {
        t.is(new Set(clientIds).size, 1);
        for (const directory of spread) t.is((await directory.clientByKey({ boxKey }))?.clientId, clientIds[0]);
      }
      await Promise.all(directories.map((directory) => directory.close()));
    },
  );
}
