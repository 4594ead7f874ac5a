/** One run of the evaluation: starts everything, lets the clients ask, takes the figures, ends everything. */

import { join } from 'node:path';
import { migrate } from '@p2pimg/directory';
import { type Cloud, startCloud } from '@p2pimg/e2e';
import { startDatabase, tempDir } from '@p2pimg/testkit';
import { buildPrograms } from './build.ts';
import { ClientProcess } from './client-process.ts';
import { askAll, type CommonReport, measure } from './measure.ts';
import type { CloudBenchOptions } from './options.ts';
import { countsOf, difference, NO_COUNTS, type ServerCounts, total } from './server-counts.ts';

const CLIENT_PROGRAM = new URL('./client-program.ts', import.meta.url);
const SLOW_ENCODER = new URL('./slow-encoder.ts', import.meta.url);
const WATCH_MS = 5;
export interface RunReport extends CommonReport {
  /** Of the servers that were not killed. */
  readonly counts: ServerCounts;
  /** When the leader was killed, and who it was. */
  readonly killed: { readonly at: number; readonly server: string } | undefined;
}

export async function runCloudBench(options: CloudBenchOptions): Promise<RunReport> {
  if (options.built) await buildPrograms();
  await using stack = new AsyncDisposableStack();
  const root = stack.use(await tempDir('p2pimg-bench-', options.folder)).path;
  const cloud = stack.use(await openCloud(options, root, stack));
  const clients = await Promise.all(
    Array.from({ length: options.clients }, (_, i) => openBenchClient(options, root, i, cloud, stack)),
  );
  await cloud.agreed();
  if (options.warmUp > 0) await askAll(clients, options, options.warmUp, 'warm');

  const watched = [
    ...cloud.servers.map((server) => ({ name: server.id, pid: server.pid })),
    ...clients.map(({ pid }, i) => ({ name: `client ${i + 1}`, pid })),
  ];
  const countedBefore = await Promise.all(cloud.servers.map(countsOf));
  let killed: RunReport['killed'];
  const report = await measure(watched, async () => {
    const asking = askAll(clients, options, options.n, 'pic');
    if (options.kill) killed = await killMidway(cloud, clients, options.n, asking);
    return asking;
  });
  const counts = await Promise.all(
    cloud.servers.map(async (server, i) =>
      server.id === killed?.server ? NO_COUNTS : difference(await countsOf(server), countedBefore[i]!),
    ),
  );
  if (options.profile !== undefined) await endAll(cloud, clients);
  return { ...report, counts: total(counts), killed };
}

async function openCloud(
  { servers, policy, threads, directory, slowMs, profile, built }: CloudBenchOptions,
  root: string,
  stack: AsyncDisposableStack,
): Promise<Cloud> {
  const directoryUrl = directory === 'mysql' ? await openDatabase(stack) : undefined;
  const environment = (server: string): Readonly<Record<string, string>> => {
    const slow = slowMs > 0 && server === 's1';
    const node = [...(slow ? [`--import=${SLOW_ENCODER.href}`] : []), ...profiling(profile, server)];
    return {
      ...(node.length === 0 ? {} : { NODE_OPTIONS: node.join(' ') }),
      ...(slow ? { P2PIMG_BENCH_SLOW_MS: String(slowMs) } : {}),
    };
  };
  return startCloud({
    folder: join(root, 'cloud'),
    servers,
    ...(directoryUrl === undefined ? {} : { directoryUrl }),
    settings: { election: { policy, loadSource: 'process' }, workers: { threads }, log: { level: 'warn' } },
    environment,
    built,
  });
}

async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  const database = stack.use(await startDatabase());
  await migrate(database.url);
  return database.url;
}

async function openBenchClient(
  { profile, built }: CloudBenchOptions,
  root: string,
  index: number,
  { manifestPath }: Cloud,
  stack: AsyncDisposableStack,
): Promise<ClientProcess> {
  const name = `client-${index + 1}`;
  const node = profiling(profile, name);
  const client = await ClientProcess.start(
    CLIENT_PROGRAM,
    [join(root, name), manifestPath],
    node.length === 0 ? {} : { NODE_OPTIONS: node.join(' ') },
    built,
  );
  stack.defer(() => client.kill());
  return client;
}

function profiling(folder: string | undefined, name: string): readonly string[] {
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(folder, name)}`];
}

async function killMidway(
  cloud: Cloud,
  clients: readonly ClientProcess[],
  n: number,
  asking: Promise<unknown>,
): Promise<RunReport['killed']> {
  const leader = cloud.server((await cloud.leader()) ?? 's1');
  let over = false;
  void asking.finally(() => (over = true));
  const answered = (): number => clients.reduce((sum, client) => sum + client.answered, 0);
  while (answered() < n / 2 && !over) await new Promise((resolve) => setTimeout(resolve, WATCH_MS));
  const at = performance.timeOrigin + performance.now();
  await leader.kill();
  return { at, server: leader.id };
}

/** Profiles of the processor are written by programs that end by themselves. */
async function endAll(cloud: Cloud, clients: readonly ClientProcess[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all(cloud.servers.map((server) => server.terminate()));
}
