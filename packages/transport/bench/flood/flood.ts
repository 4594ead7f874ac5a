import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Address, nodeCryptoSuite, openTransport, type Transport } from '../../src/index.ts';

export interface FloodOptions {
  /** Packets per second. */
  readonly junk: number;
  /** Handshakes with a right mac1 and nothing behind it, per second, from 64 addresses. */
  readonly inits: number;
  /** Honest sessions opened one after the other meanwhile, each by another key than the one before. */
  readonly sessions: number;
  readonly driver?: 'dgram' | 'offload';
  /** Of an honest handshake. */
  readonly timeoutMs: number;
}

export interface FloodResult {
  /** Time from `connect` to `opened` of each honest session, in ms; infinite if it did not open, or took no message afterwards. */
  readonly latencies: readonly number[];
  /** Packets that left the flooder, per second. */
  readonly sentPerSecond: number;
  /** Packets that the server has read, and how many of them were handshakes with a right mac1 that were answered by a cookie. */
  readonly received: number;
  readonly answeredByCookie: number;
  readonly seconds: number;
}

interface ServerFacts {
  readonly address: Address;
  readonly publicKey: string;
}

const HONEST_CLIENTS = 8;

/** Opens honest sessions at a server, in a process of its own, that another process floods. */
export async function measureFlood(options: FloodOptions): Promise<FloodResult> {
  const server = start('server.ts', { driver: options.driver });
  const clients: Transport[] = [];
  let flooder: ChildProcess | undefined;
  try {
    const facts = await said<ServerFacts>(server);
    for (let i = 0; i < HONEST_CLIENTS; i++) clients.push(await honestClient(i, options.timeoutMs));
    flooder = start('flooder.ts', { ...facts, junk: options.junk, inits: options.inits });
    await said(flooder);
    const started = performance.now();
    const latencies: number[] = [];
    for (let i = 0; i < options.sessions; i++) latencies.push(await openOne(clients[i % HONEST_CLIENTS]!, facts));
    const seconds = (performance.now() - started) / 1000;
    flooder.send('stop');
    const { sent, seconds: flooded } = await said<{ sent: number; seconds: number }>(flooder);
    server.send('stats');
    const { received, rate } = await said<{ received: number; rate: number }>(server);
    return { latencies, sentPerSecond: sent / flooded, received, answeredByCookie: rate, seconds };
  } finally {
    await Promise.all([...clients.map((client) => client.close()), end(flooder), end(server)]);
  }
}

async function openOne(client: Transport, server: ServerFacts): Promise<number> {
  const from = performance.now();
  const session = client.connect({ address: server.address, publicKey: Buffer.from(server.publicKey, 'hex') });
  try {
    await session.opened;
    const latency = performance.now() - from;
    await session.sendMessage(new Uint8Array(100));
    return latency;
  } catch {
    return Number.POSITIVE_INFINITY;
  } finally {
    session.close();
  }
}

function honestClient(i: number, handshakeTimeoutMs: number): Promise<Transport> {
  const privateKey = randomBytes(32);
  return openTransport({
    keys: { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey },
    bind: { host: `127.0.7.${i + 1}`, port: 0 },
    admit: () => ({ admit: false }),
    onSession: () => {},
    limits: { handshakeTimeoutMs, sessionIdleMs: Math.max(30_000, handshakeTimeoutMs) },
  });
}

function start(file: string, facts: object): ChildProcess {
  return fork(new URL(file, import.meta.url), [JSON.stringify(facts)], { execArgv: ['--conditions=@p2pimg/source'] });
}

async function said<T>(child: ChildProcess): Promise<T> {
  const [message] = await Promise.race([once(child, 'message'), once(child, 'exit').then(failed)]);
  return message as T;
}

const failed = (): never => {
  throw new Error('a process of the flood ended too early');
};

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}
