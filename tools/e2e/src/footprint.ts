import { readdir, readFile } from 'node:fs/promises';

export interface Footprint {
  readonly memoryMb: number;
  /** Open files, sockets and pipes. */
  readonly handles: number;
  readonly threads: number;
}

/** What a process holds, as Linux tells it. @throws ENOENT for a process that is gone, and on other systems */
export async function footprint(pid: number): Promise<Footprint> {
  const [status, handles] = await Promise.all([readFile(`/proc/${pid}/status`, 'utf8'), readdir(`/proc/${pid}/fd`)]);
  const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  return { memoryMb: Math.round(field('VmRSS') / 1024), handles: handles.length, threads: field('Threads') };
}
