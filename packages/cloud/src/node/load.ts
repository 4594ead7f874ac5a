import { loadavg } from 'node:os';
import { type EventLoopUtilization, performance } from 'node:perf_hooks';

/** `host`: the machine's load average of the last minute. `process`: this process's own, for servers that share a machine. */
export type LoadSource = 'host' | 'process';

const WINDOW_MS = 60_000;

/** Samples this server's load (SPEC E2). */
export class LoadMeter {
  readonly #source: LoadSource;
  #cpu: NodeJS.CpuUsage = process.cpuUsage();
  #at: number = performance.now();
  #loop: EventLoopUtilization = performance.eventLoopUtilization();
  #average = 0;

  constructor(source: LoadSource) {
    this.#source = source;
  }

  /** Load (≥ 0) and event-loop utilisation (0 … 1) since the last sample. */
  sample(): { readonly value: number; readonly utilization: number } {
    const now = performance.now();
    const cpu = process.cpuUsage();
    const loop = performance.eventLoopUtilization();
    const elapsed = Math.max(1, now - this.#at);
    const used = (cpu.user + cpu.system - this.#cpu.user - this.#cpu.system) / 1000 / elapsed;
    const { utilization } = performance.eventLoopUtilization(loop, this.#loop);
    this.#average += (used - this.#average) * (1 - Math.exp(-elapsed / WINDOW_MS));
    this.#cpu = cpu;
    this.#at = now;
    this.#loop = loop;
    return { value: this.#source === 'host' ? (loadavg()[0] ?? 0) : this.#average, utilization };
  }
}
