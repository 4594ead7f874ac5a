import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { pid } from 'node:process';
import { threadId } from 'node:worker_threads';

// Below the range from which systems hand out ports by themselves, so that nobody's bind(0) takes one in between.
const LOWEST = 10_000;
const HIGHEST = 32_000;
const ATTEMPTS = 500;
/** Threads and processes that run at the same time begin so many ports apart: even to look whether a port is free takes it for a moment. */
const APART = 61;
const range = HIGHEST - LOWEST;
let next = ((pid * 16 + threadId) * APART) % range;

/** No free port was found in the range that tests use. */
export class NoFreePort extends Error {
  override readonly name = 'NoFreePort';
}

/** A UDP port on which nothing listens on 127.0.0.1. Not the same again before the whole range was given. */
export function freeUdpPort(): Promise<number> {
  return freePort(isUdpPortFree);
}

/** `count` different UDP ports on which nothing listens on 127.0.0.1. */
export async function freeUdpPorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) ports.push(await freeUdpPort());
  return ports;
}

/** A TCP port on which nothing listens on 127.0.0.1. Not the same again before the whole range was given. */
export function freeTcpPort(): Promise<number> {
  return freePort(isTcpPortFree);
}

async function freePort(isFree: (port: number) => Promise<boolean>): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = LOWEST + next;
    next = (next + 1) % range;
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
