import { randomBytes } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import {
  type ConnectTarget,
  nodeCryptoSuite,
  openTransport,
  type Session,
  type StaticKeys,
  type Transport,
  type TransportOptions,
} from '../../src/index.ts';

export function newKeys(): StaticKeys {
  const privateKey = randomBytes(32);
  return { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey };
}

export interface Peer {
  readonly transport: Transport;
  readonly keys: StaticKeys;
  readonly target: ConnectTarget;
  /** The next session that comes in. */
  nextSession(): Promise<Session>;
}

/** A transport on a free loopback port that is closed with the test. */
export async function openPeer(t: ExecutionContext, options: Partial<TransportOptions> = {}): Promise<Peer> {
  const keys = options.keys ?? newKeys();
  const waiting: ((session: Session) => void)[] = [];
  const arrived: Session[] = [];
  const transport = await openTransport({
    keys,
    bind: { host: '127.0.0.1', port: 0 },
    admit: () => ({ admit: true }),
    onSession: (session) => {
      const waiter = waiting.shift();
      if (waiter === undefined) arrived.push(session);
      else waiter(session);
    },
    ...options,
  });
  t.teardown(() => transport.close());
  return {
    transport,
    keys,
    target: { address: transport.address, publicKey: keys.publicKey },
    nextSession: () => {
      const session = arrived.shift();
      if (session !== undefined) return Promise.resolve(session);
      return new Promise((resolve) => waiting.push(resolve));
    },
  };
}
