import { readdir, readFile, readlink } from 'node:fs/promises';

/** What a process has used and holds, as Linux tells it. */
export interface Usage {
  /** Of all its threads, since it began. */
  readonly cpuSeconds: number;
  /** The same by thread; of those that are there now. */
  readonly threads: ThreadSeconds;
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
  readonly sockets: number;
}

/** CPU by what a thread is for: JavaScript of the program, of its worker threads, V8's compiler and collector, files and the rest. */
export type ThreadSeconds = Readonly<Record<ThreadKind, number>>;
export type ThreadKind = (typeof THREAD_KINDS)[number];
export const THREAD_KINDS = ['main', 'workers', 'v8', 'rest'] as const;

/** Names that Node gives its threads. */
const KIND_OF_NAME: Readonly<Record<string, ThreadKind>> = { WorkerThread: 'workers', 'node-V8Worker': 'v8' };

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @throws ENOENT for a process that is gone, and on other systems */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status, sockets, threads] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
    socketsOf(pid),
    threadsOf(pid),
  ]);
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuSeconds: secondsOf(stat),
    threads,
    memoryMb: Math.round(field('VmRSS')),
    peakMemoryMb: Math.round(field('VmHWM')),
    sockets,
  };
}

async function threadsOf(pid: number): Promise<ThreadSeconds> {
  const folder = `/proc/${pid}/task`;
  const seconds: Record<ThreadKind, number> = { main: 0, workers: 0, v8: 0, rest: 0 };
  for (const id of await readdir(folder)) {
    const stat = await readFile(`${folder}/${id}/stat`, 'utf8').catch(() => undefined); // it has ended meanwhile
    if (stat === undefined) continue;
    const name = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    seconds[id === String(pid) ? 'main' : (KIND_OF_NAME[name] ?? 'rest')] += secondsOf(stat);
  }
  return seconds;
}

/** The name, in parentheses, may hold anything; times are the 14th and 15th field. */
function secondsOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return links.filter((link) => link.startsWith('socket:')).length;
}
