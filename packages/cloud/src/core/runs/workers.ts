import type { CloudLimits } from '../config.ts';

/** Whose limit has been reached: the server's, one address's, or one client's. */
export type Share = 'server' | 'address' | 'client';

/** What became of the wish for a worker. */
export type Admission = 'granted' | 'queued' | { readonly full: Share };

/** Who wishes for a worker. */
export interface Holder {
  readonly clientKey: string;
  /** The network that its datagrams come from (`networkOf`): keys cost nothing, addresses do. */
  readonly network: string;
}

interface Waiting extends Holder {
  readonly id: string;
}

type WorkerLimits = Pick<
  CloudLimits,
  'workers' | 'workersPerClient' | 'workersPerAddress' | 'queue' | 'queuePerClient'
>;

/**
 * The capped pool of worker ports (SPEC S4, S5): past the cap wishes queue; past the queue's cap they are refused.
 * One client holds at most its share of the workers, and of the queue, and so do all clients of one address.
 */
export class Workers {
  readonly #limits: WorkerLimits;
  /** Of the queue, in the proportion of the workers. */
  readonly #queuePerAddress: number;
  /** By request id. */
  readonly #busy = new Map<string, Holder>();
  readonly #busyCounts = new Counts();
  #queue: Waiting[] = [];
  readonly #queueCounts = new Counts();

  constructor(limits: WorkerLimits) {
    this.#limits = limits;
    this.#queuePerAddress = Math.ceil((limits.queue * limits.workersPerAddress) / limits.workers);
  }

  get busy(): number {
    return this.#busy.size;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  take(id: string, holder: Holder): Admission {
    if (this.#hasRoomFor(holder) && !this.#queue.some((waiting) => this.#hasRoomFor(waiting))) {
      this.#give(id, holder);
      return 'granted';
    }
    const { queue, queuePerClient } = this.#limits;
    if (this.#queue.length >= queue) return { full: 'server' };
    if (this.#queueCounts.ofNetwork(holder) >= this.#queuePerAddress) return { full: 'address' };
    if (this.#queueCounts.ofClient(holder) >= queuePerClient) return { full: 'client' };
    this.#queue.push({ id, ...holder });
    this.#queueCounts.add(holder);
    return 'queued';
  }

  /** Gives a worker, or a place in the queue, back. Returns the ids of the requests that get a worker now. */
  release(id: string): readonly string[] {
    const holder = this.#busy.get(id);
    if (holder === undefined) {
      const waiting = this.#queue.find((one) => one.id === id);
      if (waiting !== undefined) this.#leaveQueue(waiting);
      return [];
    }
    this.#busy.delete(id);
    this.#busyCounts.remove(holder);
    const granted: string[] = [];
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#leaveQueue(next);
      this.#give(next.id, next);
      granted.push(next.id);
    }
    return granted;
  }

  /**
   * Who has the fewest workers goes first, so that nobody waits behind another's long queue: the address with the fewest, and of
   * its clients the one with the fewest; among equals the oldest.
   */
  #next(): Waiting | undefined {
    let best: Waiting | undefined;
    for (const waiting of this.#queue) {
      if (this.#hasRoomFor(waiting) && (best === undefined || this.#goesBefore(waiting, best))) best = waiting;
    }
    return best;
  }

  #goesBefore(one: Waiting, other: Waiting): boolean {
    const counts = this.#busyCounts;
    const addresses = counts.ofNetwork(one) - counts.ofNetwork(other);
    return addresses < 0 || (addresses === 0 && counts.ofClient(one) < counts.ofClient(other));
  }

  #hasRoomFor(holder: Holder): boolean {
    const { workers, workersPerAddress, workersPerClient } = this.#limits;
    return (
      this.#busy.size < workers &&
      this.#busyCounts.ofNetwork(holder) < workersPerAddress &&
      this.#busyCounts.ofClient(holder) < workersPerClient
    );
  }

  #give(id: string, { clientKey, network }: Holder): void {
    const holder = { clientKey, network };
    this.#busy.set(id, holder);
    this.#busyCounts.add(holder);
  }

  #leaveQueue(waiting: Waiting): void {
    this.#queue = this.#queue.filter((one) => one !== waiting);
    this.#queueCounts.remove(waiting);
  }
}

/** How much each client, and each network, has of something. Who has nothing takes no memory. */
class Counts {
  readonly #clients = new Map<string, number>();
  readonly #networks = new Map<string, number>();

  ofClient({ clientKey }: Holder): number {
    return this.#clients.get(clientKey) ?? 0;
  }

  ofNetwork({ network }: Holder): number {
    return this.#networks.get(network) ?? 0;
  }

  add({ clientKey, network }: Holder): void {
    change(this.#clients, clientKey, 1);
    change(this.#networks, network, 1);
  }

  remove({ clientKey, network }: Holder): void {
    change(this.#clients, clientKey, -1);
    change(this.#networks, network, -1);
  }
}

function change(counts: Map<string, number>, key: string, by: 1 | -1): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
