/** The job over the original's protocol: three servers, three clients in turns, no directory. */

import { fileURLToPath } from 'node:url';
import { spawnNode } from '@p2pimg/testkit';
import { ClientProcess } from '../../src/cloud/client-process.ts';
import { askAll, type CommonReport, measure } from '../../src/cloud/measure.ts';
import type { CloudBenchOptions } from '../../src/cloud/options.ts';

const SERVER_PROGRAM = fileURLToPath(new URL('./server-program.ts', import.meta.url));
const CLIENT_PROGRAM = new URL('./client-program.ts', import.meta.url);

export async function runOriginalBench(options: CloudBenchOptions): Promise<CommonReport> {
  await using stack = new AsyncDisposableStack();
  const watched: { readonly name: string; readonly pid: number }[] = [];
  const ports: string[] = [];
  for (let i = 0; i < options.servers; i++) {
    const server = stack.use(await spawnNode(SERVER_PROGRAM));
    const line = await server.line(/^ready /);
    ports.push(line.split(' ')[1] ?? '');
    watched.push({ name: `s${i + 1}`, pid: server.pid });
  }
  const clients: ClientProcess[] = [];
  for (let i = 0; i < options.clients; i++) {
    const client = await ClientProcess.start(CLIENT_PROGRAM, ports);
    stack.defer(() => client.kill());
    clients.push(client);
    watched.push({ name: `client ${i + 1}`, pid: client.pid });
  }
  if (options.warmUp > 0) await askAll(clients, options, options.warmUp, 'warm');
  return await measure(watched, () => askAll(clients, options, options.n, 'pic'));
}
