/** A read and a transaction, at three concurrencies, against the bare driver. */

import { migrate, openDirectory } from '@p2pimg/directory';
import { startDatabase, tempDir } from '@p2pimg/testkit';
import { bytes, newClaim, newClient, newGrant, newRelease } from '../src/compliance/world.ts';
import { bareMysql } from './bare-mysql.ts';
import { bareSqlite } from './bare-sqlite.ts';
import type { BareDriver } from './contender.ts';
import { compare, type Figure, rateOf } from './measure.ts';

const CONCURRENCIES = [1, 16, 64];

export async function callFigures(small: boolean): Promise<Figure[]> {
  const folder = await tempDir();
  const database = await startDatabase();
  const path = folder.at('directory.db');
  try {
    return [
      ...(await figuresOf('sqlite', path, small, bareSqlite)),
      ...(await figuresOf('mysql', database.url, small, bareMysql)),
    ];
  } finally {
    await folder.remove();
    await database.stop();
  }
}

async function figuresOf(
  kind: string,
  url: string,
  small: boolean,
  openBare: (url: string) => BareDriver,
): Promise<Figure[]> {
  await migrate(url);
  const directory = await openDirectory(url);
  const bare = openBare(url);
  const [rounds, durationMs] = small ? [1, 30] : [7, 300];
  const client = await newClient(directory);
  const { clientId, boxKey } = client;
  const grant = await newGrant(directory, 0xffff_ffff);
  await directory.publishGrant({ claim: newClaim(), ...grant });
  let images = 0;
  const imageId = (): string => `client${clientId}-${++images}`;

  const figures: Figure[] = [];
  for (const concurrency of CONCURRENCIES) {
    const rate = (call: () => Promise<unknown>) => () => rateOf(concurrency, durationMs, call);
    for (const [metric, ours, theirs] of [
      ['clientByKey', () => directory.clientByKey({ boxKey }), () => bare.clientByKey(boxKey)],
      [
        'addResource',
        () => directory.addResource({ claim: newClaim(), clientId, imageId: imageId(), digest: bytes(32) }),
        () => bare.addResource(clientId, imageId()),
      ],
    ] as const) {
      const result = await compare(rounds, rate(ours), rate(theirs));
      figures.push({
        bench: `${kind}-calls`,
        metric: `${metric}@${concurrency}`,
        value: result.ours,
        unit: 'calls/s',
        against: 'the bare driver, same statements',
        ratio: result.ours / result.theirs,
      });
    }
    // One grant: every release waits for the row of the one before it.
    const value = await rateOf(concurrency, durationMs, () => directory.releaseView(newRelease(grant)));
    figures.push({ bench: `${kind}-calls`, metric: `releaseView, one grant@${concurrency}`, value, unit: 'calls/s' });
  }
  await bare.close();
  await directory.close();
  return figures;
}
