import type { ContenderModule, ContenderName } from './contender.ts';
import * as ours from './contenders/ours.ts';
import * as streamSocket from './contenders/stream-socket.ts';

/** The module of a contender. */
export const moduleOf = (name: ContenderName): ContenderModule =>
  name === 'ours' || name === 'ours-dgram' ? ours : streamSocket;

if (process.send !== undefined) {
  const name = process.argv[2] as ContenderName;
  process.send(await moduleOf(name).serve(name));
  process.on('disconnect', () => process.exit(0));
}
