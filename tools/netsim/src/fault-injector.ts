import type { Fault, NodeId } from './faults.ts';
import type { LinkModel } from './link.ts';
import type { SimNode } from './sim-node.ts';
import { THAW, type World } from './world.ts';

/** What faults need of the simulation that they happen in. */
export interface FaultHost {
  at(time: number, action: () => void): void;
  inject(id: NodeId, event: unknown): void;
  /** Starts the process of a node that is down. */
  restart(node: SimNode): void;
}

/** Lets faults happen: to processes, to clocks, to links. */
export class FaultInjector<Message> {
  readonly #world: World<Message>;
  readonly #host: FaultHost;

  constructor(world: World<Message>, host: FaultHost) {
    this.#world = world;
    this.#host = host;
  }

  /** Lets a fault happen now, whatever its `at`. */
  apply(fault: Fault): void {
    switch (fault.kind) {
      case 'crash':
        this.#crash(fault.node, fault.disk, fault.downMs);
        break;
      case 'pause':
        this.#freeze(fault.node, fault.forMs);
        break;
      case 'partition':
        this.#partition(fault.from, fault.to, fault.oneWay, fault.forMs);
        break;
      case 'link':
        this.#changeLink(fault.from, fault.to, fault.change, fault.forMs);
        break;
      case 'skew':
        this.#world.say(fault.node, () => `clock runs at ${fault.rate}`);
        this.#world.node(fault.node).setRate(this.#world.now, fault.rate);
        break;
      case 'signal':
        this.#signal(fault.node, fault.signal);
        break;
    }
  }

  #crash(id: NodeId, disk: 'kept' | 'lost', downMs: number | undefined): void {
    const node = this.#world.node(id);
    if (node.actor === undefined) return;
    this.#world.say(id, () => `crashes, disk ${disk}`);
    node.actor = undefined;
    node.life += 1;
    node.waiting = [];
    node.frozenUntil = 0;
    node.timerAt = Number.POSITIVE_INFINITY;
    if (disk === 'lost') node.disk.clear();
    if (downMs === undefined) return;
    this.#host.at(this.#world.now + downMs, () => {
      node.restarts += 1;
      this.#host.restart(node);
    });
  }

  #freeze(id: NodeId, forMs: number): void {
    const node = this.#world.node(id);
    if (node.actor === undefined) return;
    this.#world.say(id, () => `freezes for ${forMs} ms`);
    node.frozenUntil = Math.max(node.frozenUntil, this.#world.now + forMs);
    this.#world.queue.push(this.#world.now + forMs, THAW, id, -1, node.life, undefined);
  }

  #partition(from: readonly NodeId[], to: readonly NodeId[], oneWay: boolean, forMs: number): void {
    const names = (ids: readonly NodeId[]): string => ids.map((id) => this.#nameOf(id)).join(',');
    const arrow = oneWay ? '↛' : '↮';
    this.#world.note('network', () => `cut ${names(from)} ${arrow} ${names(to)} for ${forMs} ms`);
    const heal = this.#world.network.cut(from, to, oneWay);
    this.#host.at(this.#world.now + forMs, () => {
      this.#world.note('network', () => `healed ${names(from)} ${arrow} ${names(to)}`);
      heal();
    });
  }

  #changeLink(from: NodeId, to: NodeId, change: Partial<LinkModel>, forMs: number): void {
    this.#world.note(
      'network',
      () => `${this.#nameOf(from)} → ${this.#nameOf(to)} ${JSON.stringify(change)} for ${forMs} ms`,
    );
    this.#host.at(this.#world.now + forMs, this.#world.network.link(from, to).change(change));
  }

  #signal(id: NodeId, signal: string): void {
    const node = this.#world.node(id);
    this.#world.say(id, () => `gets ${signal}`);
    const event = node.adapter.signal?.(signal);
    if (event !== undefined) this.#host.inject(id, event);
  }

  #nameOf(id: NodeId): string {
    return this.#world.node(id).name;
  }
}
