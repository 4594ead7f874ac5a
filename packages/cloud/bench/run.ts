/** What a request costs the core, and how long a dead server is missed: `pnpm bench [--json] [--small] [core | death | quiet]`. */

import { nodeSuite } from '@p2pimg/identity';
import { type BenchOptions, type Figure, quantile, race, runBenches } from '@p2pimg/testkit/bench';
import { toHex } from '@p2pimg/wire';
import { type CloudConfig, CloudCore, type CloudEffect, DEFAULT_LIMITS, DEFAULT_TIMING } from '../src/index.ts';
import { BUSY, runCloud, serverDies } from '../test/sim/worlds.ts';

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
    const body = type === 'lookup' ? { clientId: 1 } : { images: [{ imageId: 'client1-x', digest: '00'.repeat(32) }] };
    const request = { type, id, notAfter: 60_000, servers: [], tried: [], body } as never;
    const message = { kind: 'request', request } as const;
    const open = [...this.#core.step(this.#now, { type: 'clientMessage', session: 1, message, wallMs: 0 })];
    for (let effect = open.shift(); effect !== undefined; effect = open.shift()) {
      if (effect.type === 'directory') open.push(...this.#answer(effect));
    }
  }

  #answer({ opId, call }: Extract<CloudEffect, { type: 'directory' }>): readonly CloudEffect[] {
    const value = call.method === 'addResources' ? { value: {}, replayed: false } : CLIENT;
    return this.#core.step(this.#now, { type: 'completed', opId, result: { ok: true, value } });
  }
}

async function costs({ effort }: BenchOptions): Promise<Figure[]> {
  const types = ['lookup', 'publish'] as const;
  const contenders = types.map((type) => {
    const server = new LoneServer();
    return { name: `one ${type}, arrival to acknowledgement`, run: () => server.serve(type) };
  });
  return (await race(contenders, effort)).map(({ name: metric, ms }) => {
    return { bench: 'core', metric, value: ms * 1_000, unit: 'µs' };
  });
}

/** Simulated, on a LAN. */
function stalls({ small }: BenchOptions): Figure[] {
  const waits: number[] = [];
  for (let seed = 1; seed <= (small ? 2 : 30); seed++) {
    waits.push(...runCloud(serverDies(seed, undefined), { seed }).stalledMs);
  }
  const figure = (name: string, share: number): Figure => {
    const metric = `stall of a request whose server dies, ${name}`;
    return { bench: 'death', metric, value: quantile(waits, share), unit: 'ms' };
  };
  return [figure('median', 0.5), figure('p99', 0.99)];
}

/** Simulated: no faults, fifty requests in flight. */
function doubles({ small }: BenchOptions): Figure[] {
  let [requests, doubled, moved, unstamped] = [0, 0, 0, 0];
  for (let seed = 1; seed <= (small ? 1 : 3); seed++) {
    const result = runCloud(small ? { ...BUSY, requests: 500 } : BUSY, { seed });
    requests += result.requests;
    doubled += result.tally.doubled;
    moved += result.tally.moved;
    unstamped += result.tally.unstamped;
  }
  const figure = (metric: string, count: number): Figure => {
    return { bench: 'quiet', metric, value: (100 * count) / requests, unit: '%' };
  };
  return [
    figure('requests begun by two servers', doubled),
    figure('requests that moved on', moved),
    figure('requests without a stamp', unstamped),
  ];
}

await runBenches({ core: costs, death: stalls, quiet: doubles });
