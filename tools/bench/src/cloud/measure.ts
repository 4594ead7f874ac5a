/** What all runs share, whatever their servers are: orders for all clients, and what the processes use meanwhile. */

import type { ClientProcess } from './client-process.ts';
import { type CloudBenchOptions, shares } from './options.ts';
import type { Answer } from './protocol.ts';
import { type AnswerFigures, figuresOf } from './report.ts';
import { THREAD_KINDS, type ThreadSeconds, type Usage, usageOf } from './usage.ts';

/** After the last answer, for worker ports to be closed and garbage to be collected. */
const SETTLE_MS = 2_500;

/** One process over a run. */
export interface ProcessFigures {
  readonly name: string;
  readonly cpuSeconds: number;
  readonly threads: ThreadSeconds;
  readonly peakMemoryMb: number;
  /** When the clock started, and a while after the last answer. */
  readonly memoryMb: readonly [before: number, after: number];
  readonly sockets: readonly [before: number, after: number];
}

export interface CommonReport extends AnswerFigures {
  /** In the order of their end. */
  readonly answers: readonly Answer[];
  /** Those that have lived to the end. */
  readonly processes: readonly ProcessFigures[];
}

/** Lets all clients ask at once; their shares of the requests and of the places in flight are as equal as can be. */
export async function askAll(
  clients: readonly ClientProcess[],
  { inFlight, bytes }: Pick<CloudBenchOptions, 'inFlight' | 'bytes'>,
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

/** Watches processes over what `ask` does. */
export async function measure(
  watched: readonly { readonly name: string; readonly pid: number }[],
  ask: () => Promise<readonly Answer[]>,
): Promise<CommonReport> {
  const look = (): Promise<(Usage | undefined)[]> =>
    Promise.all(watched.map(({ pid }) => usageOf(pid).catch(() => undefined))); // one that was killed
  const before = await look();
  const answers = await ask();
  const end = await look();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const after = await look();
  const processes = watched.flatMap(({ name }, i) => {
    const [first, last, later] = [before[i], end[i], after[i]];
    return first && last && later ? [processFigures(name, first, last, later)] : [];
  });
  return { ...figuresOf(answers), answers, processes };
}

function processFigures(name: string, before: Usage, end: Usage, after: Usage): ProcessFigures {
  return {
    name,
    cpuSeconds: end.cpuSeconds - before.cpuSeconds,
    threads: Object.fromEntries(
      THREAD_KINDS.map((kind) => [kind, end.threads[kind] - before.threads[kind]]),
    ) as unknown as ThreadSeconds,
    peakMemoryMb: after.peakMemoryMb,
    memoryMb: [before.memoryMb, after.memoryMb],
    sockets: [before.sockets, after.sockets],
  };
}
