import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type BenchOptions, type Figure, runBenches } from '@p2pimg/testkit/bench';
import { nodeCryptoSuite, openLink, openTransport, type StaticKeys, type Transport } from '../src/index.ts';
import { LOOPBACK, type ServerAddress } from './contender.ts';
import { cpuMs } from './cpu.ts';

/** What sessions cost a server while nobody uses them: as they are, and kept up by links, which ping every few seconds. */
export interface IdleSizes {
  readonly sessions: number;
  readonly seconds: number;
}

export const FULL_IDLE: IdleSizes = { sessions: 1_000, seconds: 60 };
export const SMALL_IDLE: IdleSizes = { sessions: 20, seconds: 0.5 };

export interface IdleFigures {
  /** Live objects and buffers of all sessions, and by how much resident memory grew, with what the garbage collector keeps in hand. */
  readonly megabytes: number;
  readonly residentMegabytes: number;
  /** Of one core. */
  readonly percent: number;
}

interface Usage {
  readonly live: number;
  readonly resident: number;
  readonly cpuMs: number;
}

const IDLE_LIMIT_MS = 180_000;
const OPENED_AT_ONCE = 20;

function newKeys(): StaticKeys {
  const privateKey = randomBytes(32);
  return { privateKey, publicKey: nodeCryptoSuite.keyPair(privateKey).publicKey };
}

async function serve(): Promise<void> {
  const keys = newKeys();
  const transport = await openTransport({
    keys,
    bind: { host: LOOPBACK, port: 0 },
    limits: { sessionIdleMs: IDLE_LIMIT_MS },
    admit: () => ({ admit: true }),
    onSession: () => {},
  });
  process.on('message', () => {
    globalThis.gc?.();
    const { heapUsed, external, rss: resident } = process.memoryUsage();
    process.send?.({ live: heapUsed + external, resident, cpuMs: cpuMs() } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ...transport.address, publicKey: [...keys.publicKey] } satisfies ServerAddress);
}

export async function measureIdle(kept: boolean, sizes: IdleSizes): Promise<IdleFigures> {
  const server = fork(fileURLToPath(import.meta.url), ['serve'], { execArgv: [...process.execArgv, '--expose-gc'] });
  const transports: Transport[] = [];
  try {
    const [{ host, port, publicKey }] = (await once(server, 'message')) as [ServerAddress];
    const target = { address: { host, port }, publicKey: Uint8Array.from(publicKey ?? []) };
    const usage = async (): Promise<Usage> => {
      server.send('usage');
      return ((await once(server, 'message')) as [Usage])[0];
    };
    const open = async (): Promise<void> => {
      const transport = await openTransport({
        keys: newKeys(),
        bind: { host: LOOPBACK, port: 0 },
        limits: { sessionIdleMs: IDLE_LIMIT_MS },
        driver: 'dgram',
        admit: () => ({ admit: false }),
        onSession: () => {},
      });
      transports.push(transport);
      if (kept) await new Promise<void>((onUp) => openLink(transport, { ...target, onUp: () => onUp() }));
      else await transport.connect(target).opened;
    };
    // The code is warm, and its memory taken, before anything is counted.
    for (let i = 0; i < OPENED_AT_ONCE; i++) await open();
    const before = await usage();
    while (transports.length < sizes.sessions + OPENED_AT_ONCE) {
      await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
    }
    const opened = await usage();
    const start = performance.now();
    await sleep(sizes.seconds * 1e3);
    const after = await usage();
    return {
      megabytes: (after.live - before.live) / 1e6,
      residentMegabytes: (after.resident - before.resident) / 1e6,
      percent: ((after.cpuMs - opened.cpuMs) / (performance.now() - start)) * 100,
    };
  } finally {
    await Promise.all(transports.map((transport) => transport.close()));
    server.disconnect();
    await once(server, 'exit');
  }
}

/** Against the limits that the package promises. */
async function* idleFigures(kept: boolean, { small }: BenchOptions): AsyncGenerator<Figure> {
  const sizes = small ? SMALL_IDLE : FULL_IDLE;
  const { megabytes, residentMegabytes, percent } = await measureIdle(kept, sizes);
  const bench = `${sizes.sessions} idle sessions${kept ? ', kept up' : ''}`;
  for (const [metric, value, unit, limit] of [
    ['live memory', megabytes, 'MB', 20],
    ['resident memory', residentMegabytes, 'MB', 20],
    ['CPU', percent, '% of a core', 0.5],
  ] as const) {
    yield { bench, metric, value, unit, against: `the limit of ${limit}`, ratio: limit / value };
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.send !== undefined && process.argv[2] === 'serve') await serve();
  else {
    await runBenches({
      idle: (options) => idleFigures(false, options),
      'kept-up': (options) => idleFigures(true, options),
    });
  }
}
