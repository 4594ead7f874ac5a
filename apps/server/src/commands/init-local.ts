/** `p2pimg-server init-local`: a cloud on loopback, to try things out. */

import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { initLocalCloud } from '../operator/init-local.ts';

const MAX_LOCAL_SERVERS = 16;

export function addInitLocal(program: Command): void {
  program
    .command('init-local')
    .description('make keys, manifest and settings of a cloud on this machine, to try things out')
    .requiredOption('--dir <folder>', 'where to put it all')
    .option('--servers <n>', `how many servers, 1 to ${MAX_LOCAL_SERVERS}`, count, 3)
    .option('--base-port <port>', 'server i uses this port plus 10 i, and the two after it', basePort, 8081)
    .action(async (options: { readonly dir: string; readonly servers: number; readonly basePort: number }) => {
      const cloud = await initLocalCloud({
        folder: resolve(options.dir),
        servers: Array.from({ length: options.servers }, (_, i) => {
          const first = options.basePort + 10 * i;
          return { host: '127.0.0.1', clientPort: first, peerPort: first + 1, statusPort: first + 2 };
        }),
      });
      const lines = cloud.servers.map(({ settingsPath }) => `p2pimg-server run --config ${settingsPath}`);
      process.stdout.write(`manifest: ${cloud.manifestPath}\nstart each server:\n  ${lines.join('\n  ')}\n`);
    });
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > MAX_LOCAL_SERVERS) {
    throw new InvalidArgumentError(`1 to ${MAX_LOCAL_SERVERS} servers`);
  }
  return value;
}

function basePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535 - 10 * MAX_LOCAL_SERVERS) {
    throw new InvalidArgumentError('not a port that leaves room for the servers');
  }
  return value;
}
