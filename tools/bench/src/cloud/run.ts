/** One run of the evaluation: starts everything, lets the clients ask, takes the figures, ends everything. */

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { migrate } from '@p2pimg/directory';
import { type Cloud, startCloud } from '@p2pimg/e2e';
import { startDatabase, tempDir } from '@p2pimg/testkit';
import { ClientProcess } from './client-process.ts';
import { type CloudBenchOptions, shares } from './options.ts';
import type { Answer } from './protocol.ts';
import { type AnswerFigures, figuresOf } from './report.ts';
import { countsOf, difference, type ServerCounts, total } from './server-counts.ts';
import { type Usage, usageOf } from './usage.ts';

const CLIENT_PROGRAM = new URL('./client-program.ts', import.meta.url);
const SLOW_ENCODER = new URL('./slow-encoder.ts', import.meta.url);
const WATCH_MS = 5;
/** After the last answer, for worker ports to be closed and garbage to be collected. */
const SETTLE_MS = 1_500;

/** One process over a run. */
export interface ProcessFigures {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly peakMemoryMb: number;
  /** When the clock started, and a while after the last answer. */
  readonly memoryMb: readonly [before: number, after: number];
  readonly sockets: readonly [before: number, after: number];
}

export interface RunReport extends AnswerFigures {
  /** In the order of their end. */
  readonly answers: readonly Answer[];
  readonly counts: ServerCounts;
  /** Servers that were not killed, and clients. */
  readonly processes: readonly ProcessFigures[];
  /** When the leader was killed, and who it was. */
  readonly killed: { readonly at: number; readonly server: string } | undefined;
}

export async function runCloudBench(options: CloudBenchOptions): Promise<RunReport> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await tempDir('p2pimg-bench-')).path;
  const root = options.folder === undefined ? folder : join(options.folder, `p2pimg-bench-${process.pid}`);
  stack.defer(() => rm(root, { recursive: true, force: true }));
  const cloud = stack.use(await openCloud(options, root, stack));
  const clients = await Promise.all(
    Array.from({ length: options.clients }, (_, i) => openBenchClient(options, root, i, cloud, stack)),
  );
  await cloud.agreed();
  if (options.warmUp > 0) await ask(clients, options, options.warmUp, 'warm');

  const watched = [
    ...cloud.servers.map((server) => ({ name: server.id, pid: server.pid })),
    ...clients.map(({ pid }, i) => ({ name: `client ${i + 1}`, pid })),
  ];
  const usedBefore = await Promise.all(watched.map(({ pid }) => usageOf(pid)));
  const countedBefore = await Promise.all(cloud.servers.map(countsOf));
  const asking = ask(clients, options, options.n, 'pic');
  const killed = options.kill ? await killMidway(cloud, clients, options.n, asking) : undefined;
  const answers = await asking;
  const usedAtEnd = await Promise.all(watched.map(({ pid }) => usageOf(pid).catch(() => undefined)));
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const usedAfter = await Promise.all(watched.map(({ pid }) => usageOf(pid).catch(() => undefined)));

  const survivors = cloud.servers
    .map((server, i) => ({ server, i }))
    .filter(({ server }) => server.id !== killed?.server);
  const counts = await Promise.all(
    survivors.map(async ({ server, i }) => difference(await countsOf(server), countedBefore[i]!)),
  );
  if (options.profile !== undefined) await endAll(cloud, clients);
  return {
    ...figuresOf(answers),
    answers,
    counts: total(counts),
    processes: watched.flatMap(({ name }, i) => {
      const [before, end, after] = [usedBefore[i]!, usedAtEnd[i], usedAfter[i]];
      return end === undefined || after === undefined ? [] : [processFigures(name, before, end, after)];
    }),
    killed,
  };
}

async function openCloud(
  { servers, policy, threads, directory, slowMs, profile }: CloudBenchOptions,
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
  });
}

async function openDatabase(stack: AsyncDisposableStack): Promise<string> {
  const database = stack.use(await startDatabase());
  await migrate(database.url);
  return database.url;
}

async function openBenchClient(
  { profile }: CloudBenchOptions,
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
  );
  stack.defer(() => client.kill());
  return client;
}

function profiling(folder: string | undefined, name: string): readonly string[] {
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${join(folder, name)}`];
}

async function ask(
  clients: readonly ClientProcess[],
  { inFlight, bytes }: CloudBenchOptions,
  requests: number,
  prefix: string,
): Promise<readonly Answer[]> {
  const places = shares(inFlight, clients.length);
  const work = shares(requests, clients.length);
  const answers = await Promise.all(
    clients.map((client, i) => client.make({ requests: work[i]!, inFlight: places[i]!, bytes, prefix })),
  );
  return answers.flat().sort((a, b) => a.ended - b.ended);
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

function processFigures(name: string, before: Usage, end: Usage, after: Usage): ProcessFigures {
  return {
    name,
    cpuSeconds: end.cpuSeconds - before.cpuSeconds,
    peakMemoryMb: after.peakMemoryMb,
    memoryMb: [before.memoryMb, after.memoryMb],
    sockets: [before.sockets, after.sockets],
  };
}

/** Profiles of the processor are written by programs that end by themselves. */
async function endAll(cloud: Cloud, clients: readonly ClientProcess[]): Promise<void> {
  await Promise.all(clients.map((client) => client.end()));
  await Promise.all(cloud.servers.map((server) => server.terminate()));
}
