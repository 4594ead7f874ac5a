/** What a request costs the core, and how long a dead server is missed: `pnpm bench [--json] [--small]`. */

import { parseArgs } from 'node:util';
import { nodeSuite } from '@p2pimg/identity';
import { toHex } from '@p2pimg/wire';
import { type CloudConfig, CloudCore, type CloudEffect, DEFAULT_LIMITS, DEFAULT_TIMING } from '../src/index.ts';
import { BUSY, runCloud, serverDies } from '../test/sim/worlds.ts';

interface Figure {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly unit: 'µs' | 'ms' | '%';
}

const { values } = parseArgs({
  options: { json: { type: 'boolean', default: false }, small: { type: 'boolean', default: false } },
});

const CLIENT = {
  clientId: 1,
  signKey: new Uint8Array(32),
  boxKey: new Uint8Array(32),
  recoveryKey: undefined,
  address: undefined,
  online: false,
  visibility: 'everyone',
};

/** One server that leads alone, one client, and a directory that answers at once. */
class LoneServer {
  readonly #core: CloudCore;
  #now = 0;

  constructor() {
    const config: CloudConfig = {
      cloudId: '00'.repeat(16),
      election: { self: 's1', members: [{ id: 's1', host: '192.0.2.1', port: 8085 }], incarnation: 1 },
      registration: { policy: 'open', tokenDigests: [] },
      leaseMs: 30_000,
      timing: DEFAULT_TIMING,
      limits: { ...DEFAULT_LIMITS, requests: 10_000 },
      failureToken: undefined,
    };
    this.#core = new CloudCore(config, nodeSuite);
    this.#core.step(0, { type: 'start' });
    const address = { host: '192.0.2.9', port: 4_000 };
    this.#core.step(0, { type: 'sessionUp', session: 1, clientKey: CLIENT.boxKey, address });
  }

  /** From a request's arrival to its acknowledgement. */
  serve(type: 'lookup' | 'publish'): void {
    this.#now += 0.01;
    const id = toHex(nodeSuite.randomBytes(16));
    const body = type === 'lookup' ? { clientId: 1 } : { imageId: 'client1-x', digest: '00'.repeat(32) };
    const request = { type, id, notAfter: 60_000, servers: [], tried: [], body } as never;
    const message = { kind: 'request', request } as const;
    const open = [...this.#core.step(this.#now, { type: 'clientMessage', session: 1, message, wallMs: 0 })];
    for (let effect = open.shift(); effect !== undefined; effect = open.shift()) {
      if (effect.type === 'directory') open.push(...this.#answer(effect));
    }
  }

  #answer({ opId, call }: Extract<CloudEffect, { type: 'directory' }>): readonly CloudEffect[] {
    const value = call.method === 'addResource' ? { value: { imageId: 'client1-x' }, replayed: false } : CLIENT;
    return this.#core.step(this.#now, { type: 'completed', opId, result: { ok: true, value } });
  }
}

function costs(small: boolean): Figure[] {
  const [rounds, calls] = small ? [3, 100] : [11, 10_000];
  return (['lookup', 'publish'] as const).map((type) => {
    const server = new LoneServer();
    const times: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const start = performance.now();
      for (let i = 0; i < calls; i++) server.serve(type);
      if (round > 0) times.push(((performance.now() - start) * 1_000) / calls); // the first round warms up
    }
    const value = times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    return { bench: 'core', metric: `one ${type}, arrival to acknowledgement`, value, unit: 'µs' };
  });
}

function stalls(small: boolean): Figure[] {
  const waits: number[] = [];
  for (let seed = 1; seed <= (small ? 2 : 30); seed++) {
    waits.push(...runCloud(serverDies(seed, undefined), { seed }).stalledMs);
  }
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.floor(waits.length * share)] ?? 0;
  return [
    {
      bench: 'death',
      metric: 'stall of a request whose server dies, median (simulated LAN)',
      value: at(0.5),
      unit: 'ms',
    },
    {
      bench: 'death',
      metric: 'stall of a request whose server dies, p99 (simulated LAN)',
      value: at(0.99),
      unit: 'ms',
    },
  ];
}

function doubles(small: boolean): Figure[] {
  let [requests, doubled, moved, unstamped] = [0, 0, 0, 0];
  for (let seed = 1; seed <= (small ? 1 : 3); seed++) {
    const plan = small ? { ...BUSY, requests: 500 } : BUSY;
    const result = runCloud(plan, { seed });
    requests += result.requests;
    doubled += result.tally.doubled;
    moved += result.tally.moved;
    unstamped += result.tally.unstamped;
  }
  return [
    { bench: 'quiet', metric: 'requests begun by two servers', value: (100 * doubled) / requests, unit: '%' },
    { bench: 'quiet', metric: 'requests that moved on', value: (100 * moved) / requests, unit: '%' },
    { bench: 'quiet', metric: 'requests without a stamp', value: (100 * unstamped) / requests, unit: '%' },
  ];
}

const figures = [...costs(values.small), ...stalls(values.small), ...doubles(values.small)];
for (const figure of figures) {
  const { bench, metric, value, unit } = figure;
  console.log(
    values.json ? JSON.stringify(figure) : `${bench.padEnd(8)} ${metric.padEnd(60)} ${value.toFixed(2)} ${unit}`,
  );
}
