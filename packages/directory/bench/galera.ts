/** How long nobody can write when a node of a real cluster fails, and when it comes back (Debian's mariadb-server and galera-4). */

import { migrate, openDirectory } from '@p2pimg/directory';
import type { BenchOptions, Figure } from '@p2pimg/testkit/bench';
import { startLoad } from '../test/support/claim-load.ts';
import { startGalera } from '../test/support/galera.ts';

const SETTLE_MS = 3000;

export async function* galeraFigures({ small }: BenchOptions): AsyncGenerator<Figure> {
  const cluster = await startGalera(3);
  try {
    await migrate(cluster.url(0));
    const faults: readonly (readonly [string, NodeJS.Signals, () => Promise<void>])[] = [
      ['kill -9', 'SIGKILL', () => cluster.restart(0)],
      [
        'freeze',
        'SIGSTOP',
        async () => {
          cluster.signal(0, 'SIGCONT');
          await cluster.synced(0);
        },
      ],
      ['orderly stop', 'SIGTERM', () => cluster.restart(0)],
    ];
    for (let round = 0; round < (small ? 1 : 2); round++) {
      for (const [name, fault, repair] of faults) {
        const directories = [await openDirectory(cluster.url(0)), await openDirectory(cluster.url(0))];
        const load = startLoad(directories, 6);
        const gapDuring = async (work: () => Promise<unknown>): Promise<number> => {
          load.resetGap();
          await work();
          await load.progress(200);
          await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
          return load.gapMs();
        };
        const figure = (what: string, value: number): Figure => ({
          bench: 'galera, longest time without a write',
          metric: `${name}, ${what}`,
          value,
          unit: 'ms',
        });
        await load.progress(200);
        yield figure('before', await gapDuring(async () => {}));
        yield figure('the written node fails', await gapDuring(async () => cluster.signal(0, fault)));
        yield figure('it comes back', await gapDuring(repair));
        await load.stop();
        yield { ...figure('calls that failed', load.failures()), unit: 'calls' };
        await Promise.all(directories.map((directory) => directory.close()));
      }
    }
  } finally {
    await cluster.stop();
  }
}
