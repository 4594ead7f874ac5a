import type { ContenderModule, ContenderName } from './contender.ts';
import * as dgram from './contenders/dgram.ts';
import * as ours from './contenders/ours.ts';
import * as quinn from './contenders/quinn.ts';
import * as streamSocket from './contenders/stream-socket.ts';
import * as udx from './contenders/udx.ts';

const MODULES: Readonly<Record<ContenderName, ContenderModule>> = {
  ours,
  'ours-dgram': ours,
  dgram,
  tcp: streamSocket,
  tls: streamSocket,
  udx,
  quinn,
};

/** The module of a contender. */
export const moduleOf = (name: ContenderName): ContenderModule => MODULES[name];

if (process.send !== undefined && process.argv[2] === 'serve') {
  const [, , , name, host] = process.argv as [string, string, string, ContenderName, string];
  process.send(await moduleOf(name).serve(name, host));
  process.on('disconnect', () => process.exit(0));
}
