import { readdir, readFile, readlink } from 'node:fs/promises';

/** What a process has used and holds, as Linux tells it. */
export interface Usage {
  /** Of all its threads, since it began. */
  readonly cpuSeconds: number;
  readonly memoryMb: number;
  readonly peakMemoryMb: number;
  readonly sockets: number;
}

/** Clock ticks of /proc: 100 a second on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** @throws ENOENT for a process that is gone, and on other systems */
export async function usageOf(pid: number): Promise<Usage> {
  const [stat, status, sockets] = await Promise.all([
    readFile(`/proc/${pid}/stat`, 'utf8'),
    readFile(`/proc/${pid}/status`, 'utf8'),
    socketsOf(pid),
  ]);
  // The name, in parentheses, may hold anything; times are the 14th and 15th field.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]) / 1024;
  return {
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
    memoryMb: Math.round(field('VmRSS')),
    peakMemoryMb: Math.round(field('VmHWM')),
    sockets,
  };
}

async function socketsOf(pid: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all((await readdir(folder)).map((fd) => readlink(`${folder}/${fd}`).catch(() => '')));
  return links.filter((link) => link.startsWith('socket:')).length;
}
