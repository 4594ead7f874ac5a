import type { Socket } from 'node:net';
import { loadLibc } from '../../src/io/libc.ts';

/** Linux: `netinet/tcp.h`. */
const IPPROTO_TCP = 6;
const TCP_CONGESTION = 13;

/** Chooses the congestion control of a connected TCP socket, whatever the default here is. */
export function setCongestionControl(socket: Socket, name: string): void {
  const { fd } = (socket as unknown as { _handle: { fd: number } })._handle;
  const value = Buffer.from(name, 'latin1');
  if (loadLibc()?.setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, value, value.length) !== 0) {
    throw new Error(`TCP ${name} is not to be had`);
  }
}
