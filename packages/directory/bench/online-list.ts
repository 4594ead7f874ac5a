/** The list of 10,000 clients with 50 images each, page by page. */

import { openDirectory } from '@p2pimg/directory';
import { tempDir } from '@p2pimg/testkit';
import { type BenchOptions, type Figure, median } from '@p2pimg/testkit/bench';
import { sha256 } from '../src/compliance/world.ts';
import { NodeSqlite } from '../src/sqlite/database.ts';

export async function onlineListFigures({ small }: BenchOptions): Promise<Figure[]> {
  const [clients, images] = small ? [300, 5] : [10_000, 50];
  await using folder = await tempDir();
  const path = folder.at('directory.db');
  const directory = await openDirectory(path);
  fill(path, clients, images);

  const page = (after: number) =>
    directory.listOnline({ askerId: clients + 1, after, limit: 200, imagesPerClient: 50 });
  const timed = async (after: number) => {
    const start = performance.now();
    const { next, items } = await page(after);
    return { ms: performance.now() - start, next, images: items.reduce((sum, item) => sum + item.images.length, 0) };
  };
  const first = await timed(0);
  const before = process.memoryUsage.rss();
  const times: number[] = [];
  let listed = 0;
  for (let after: number | undefined = 0; after !== undefined; ) {
    const { ms, next, images: found } = await timed(after);
    times.push(ms);
    listed += found;
    after = next;
  }
  if (listed !== clients * images) throw new Error(`${listed} images were listed`);
  const grown = (process.memoryUsage.rss() - before) / 2 ** 20;
  const again: number[] = [];
  for (let round = 0; round < (small ? 1 : 15); round++) again.push((await timed(0)).ms);
  await directory.close();
  const bench = `online-list ${clients} x ${images}`;
  return [
    { bench, metric: 'first page of 200, the first call of the process', value: first.ms, unit: 'ms' },
    { bench, metric: 'first page of 200, median of 15', value: median(again), unit: 'ms' },
    { bench, metric: 'any page, median', value: median(times), unit: 'ms' },
    { bench, metric: 'slowest page', value: Math.max(...times), unit: 'ms' },
    { bench, metric: 'memory grown over all pages', value: Math.max(0, grown), unit: 'MiB' },
  ];
}

/** Straight into the tables: half a million claims would only measure themselves. */
function fill(path: string, clients: number, images: number): void {
  using database = new NodeSqlite(path);
  database.execute('begin');
  const client = database.prepare(
    `insert into clients (sign_key, box_key, status, session_counter, host, port, visibility, lease_until, registered_at)
     values (?, ?, 'online', 1, '192.0.2.1', 9, 'everyone', ${Date.now() + 3_600_000}, 0)`,
  );
  const resource = database.prepare('insert into resources (client_id, image_id, digest) values (?, ?, ?)');
  for (let id = 1; id <= clients; id++) {
    const digest = sha256(`${id}`);
    client.run([digest, digest]);
    for (let image = 0; image < images; image++) resource.run([id, `client${id}-${image}`, digest]);
  }
  database.execute('commit');
}
