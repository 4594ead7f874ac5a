import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Address } from './interface.ts';

/**
 * `closed`: that machine says that nothing listens on the port. `unreachable`: this machine has no way there, or may not send.
 * `silent`: no word: something listens, or a firewall swallows what is sent.
 */
export type ProbeResult = 'closed' | 'unreachable' | 'silent';

const DATAGRAMS = 3;

/**
 * Asks the network, not the peer, about a UDP port: what is sent is no packet of ours, and no p2pimg answers it. For diagnosis only: a
 * forged ICMP message can say `closed`.
 * @param withinMs how long to wait for a refusal
 */
export async function probePort({ host, port }: Address, withinMs: number): Promise<ProbeResult> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  const failed = once(socket, 'error').then(([error]) => readError(error as NodeJS.ErrnoException));
  try {
    return await Promise.race([failed, sendSome(socket, { host, port }, withinMs)]);
  } finally {
    socket.close();
  }
}

async function sendSome(socket: Socket, { host, port }: Address, withinMs: number): Promise<ProbeResult> {
  socket.connect(port, host);
  await once(socket, 'connect');
  // The refusal of one datagram is told at the next one.
  for (let sent = 0; sent < DATAGRAMS; sent++) {
    const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.send(Buffer.of(0), (sendError) => resolve(sendError));
    });
    if (error !== null) return readError(error);
    await sleep(withinMs / DATAGRAMS);
  }
  return 'silent';
}

function readError({ code }: NodeJS.ErrnoException): ProbeResult {
  return code === 'ECONNREFUSED' ? 'closed' : 'unreachable';
}
