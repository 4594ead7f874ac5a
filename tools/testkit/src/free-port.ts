import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the range from which systems hand out ports by themselves, so that nobody's bind(0) takes one in between.
const LOWEST = 10_000;
const HIGHEST = 32_000;
const ATTEMPTS = 500;
const given = new Set<number>();

/** No free port was found in the range that tests use. */
export class NoFreePort extends Error {
  override readonly name = 'NoFreePort';
}

/** A UDP port on which nothing listens on 127.0.0.1. Never the same twice in one process. */
export function freeUdpPort(): Promise<number> {
  return freePort(isUdpPortFree);
}

/** `count` different UDP ports on which nothing listens on 127.0.0.1. */
export async function freeUdpPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freeUdpPort());
  return ports;
}

/** A TCP port on which nothing listens on 127.0.0.1. Never the same twice in one process. */
export function freeTcpPort(): Promise<number> {
  return freePort(isTcpPortFree);
}

async function freePort(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(LOWEST, HIGHEST);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
  throw new NoFreePort(`No free port between ${LOWEST} and ${HIGHEST} after ${ATTEMPTS} attempts`);
}

async function isUdpPortFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4');
  try {
    socket.bind(port, '127.0.0.1');
    await once(socket, 'listening');
    return true;
  } catch {
    return false; // whatever the reason, it is not a port to hand out
  } finally {
    socket.close();
  }
}

async function isTcpPortFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    await new Promise((resolve) => server.close(resolve));
    return true;
  } catch {
    return false; // whatever the reason, it is not a port to hand out
  }
}
