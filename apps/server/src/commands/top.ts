/** `p2pimg-server top`: what the servers are doing, live. */

import type { ServerStatus } from '@p2pimg/cloud';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { renderTop, type Sample } from '../top/render.ts';

const TIMEOUT_MS = 900;
const HOME_AND_CLEAR = '\u001b[H\u001b[J';

interface TopOptions {
  readonly once?: true;
  readonly intervalMs: number;
}

export function addTop(program: Command): void {
  program
    .command('top')
    .description('show live what servers are doing, from their status pages')
    .argument('<status...>', 'their addresses: host:port')
    .option('--interval-ms <ms>', 'between two pictures', interval, 1_000)
    .option('--once', 'show one picture and end (so it is without a terminal)')
    .action(async (addresses: readonly string[], { once, intervalMs }: TopOptions) => {
      if (once || !process.stdout.isTTY) {
        const samples = await sampleAll(addresses);
        process.stdout.write(`${renderTop(samples)}\n`);
        if (samples.every((sample) => 'problem' in sample)) {
          throw new CommandError('no server answers', EXIT.unavailable);
        }
        return;
      }
      await showUntilInterrupted(addresses, intervalMs);
    });
}

async function showUntilInterrupted(addresses: readonly string[], intervalMs: number): Promise<void> {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  while (!stop.signal.aborted) {
    process.stdout.write(`${HOME_AND_CLEAR}${renderTop(await sampleAll(addresses))}\n`);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, intervalMs);
      stop.signal.addEventListener('abort', () => resolve(clearTimeout(timer)), { once: true });
    });
  }
}

function sampleAll(addresses: readonly string[]): Promise<readonly Sample[]> {
  return Promise.all(addresses.map(sample));
}

async function sample(address: string): Promise<Sample> {
  try {
    const response = await fetch(`http://${address}/statusz`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { from: address, status: (await response.json()) as ServerStatus };
  } catch {
    return { from: address, problem: 'does not answer' };
  }
}

function interval(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 100 || value > 60_000) throw new InvalidArgumentError('100 to 60000 ms');
  return value;
}
