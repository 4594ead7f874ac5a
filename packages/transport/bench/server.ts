import type { ContenderModule, ContenderName, ServerReport } from './contender.ts';
import * as dgram from './contenders/dgram.ts';
import * as ours from './contenders/ours.ts';
import * as quinn from './contenders/quinn.ts';
import * as streamSocket from './contenders/stream-socket.ts';
import * as udx from './contenders/udx.ts';
import { cpuMs } from './cpu.ts';

const MODULES: Readonly<Record<ContenderName, ContenderModule>> = {
  ours,
  'ours-dgram': ours,
  'ours-plain': ours,
  dgram,
  tcp: streamSocket,
  'tcp-cubic': streamSocket,
  'tcp-bbr': streamSocket,
  tls: streamSocket,
  udx,
  quinn,
};

/** The module of a contender. */
export const moduleOf = (name: ContenderName): ContenderModule => MODULES[name];

if (process.send !== undefined && process.argv[2] === 'serve') {
  const [, , , name, host] = process.argv as [string, string, string, ContenderName, string];
  const server = await moduleOf(name).serve(name, host);
  process.send(server.address);
  // Whatever the parent says: it wants to know what has arrived.
  process.on('message', () => {
    process.send?.({ received: server.received(), cpuMs: cpuMs() } satisfies ServerReport);
  });
  process.on('disconnect', () => process.exit(0));
}
