import type { NodeId } from '@p2pimg/netsim';
import type { Cloud, Fact } from './cloud.ts';

/** What must hold at any moment, whatever happens. Collects what did not. */
export class Invariants {
  readonly violations: string[] = [];
  /** By process: the order of each group that it has followed, by name. Processes that ended together may begin anew at epoch 1. */
  readonly #orders = new Map<object, Map<string, string>>();
  /** The highest epoch that each process has followed. */
  readonly #epochs = new Map<object, number>();
  /** By process and peer: incarnations whose suspicion was refuted. */
  readonly #refuted = new Map<object, Set<string>>();

  /** After each step of a server. */
  afterStep(cloud: Cloud, node: NodeId): void {
    const election = cloud.server(node)?.election;
    if (election === undefined) return;
    const { epoch } = election;
    const before = this.#epochs.get(election);
    if (before === epoch) return;
    if (before !== undefined && epoch < before)
      this.#broken(cloud, `epoch of ${node} went back from ${before} to ${epoch}`);
    this.#epochs.set(election, epoch);
    this.#checkSilence(cloud);
  }

  onFact(cloud: Cloud, node: NodeId, fact: Fact): void {
    const process = cloud.server(node)?.election;
    switch (fact.kind) {
      case 'group': {
        const name = `${fact.epoch}.${fact.revision} of ${fact.leader}`;
        const order = fact.order.join(' > ');
        if (process) orPut(this.#orders, process, () => new Map()).set(name, order);
        for (const other of cloud.elections()) {
          const known = this.#orders.get(other)?.get(name) ?? order;
          if (known !== order) this.#broken(cloud, `group ${name} is ${known} and ${order}`);
        }
        break;
      }
      case 'refuted':
        if (process) orPut(this.#refuted, process, () => new Set()).add(`${fact.peer} ${fact.incarnation - 1}`);
        break;
      case 'died':
        if (process && this.#refuted.get(process)?.has(`${fact.peer} ${fact.incarnation}`)) {
          this.#broken(cloud, `${fact.peer} died in the refuted incarnation ${fact.incarnation}`);
        }
        break;
      case 'token-taken':
        this.#checkSilence(cloud);
        break;
    }
  }

  /** When nothing has gone wrong for a while, all servers agree on a leader and on an order that holds exactly them. */
  checkAgreement(cloud: Cloud): void {
    const views = cloud.elections().map((election) => election.view());
    const up = views.map(({ self }) => self).sort();
    const shown = views.map(({ self, leader, epoch, revision, joining, members }) => {
      const states = members.map(({ id, state }) => `${id}:${state}`).join(' ');
      return { self, joining, group: `${epoch}.${revision} of ${leader}: ${states}` };
    });
    const [first] = shown;
    if (first === undefined) return;
    for (const { self, joining, group } of shown) {
      if (joining) this.#broken(cloud, `${self} still joins`);
      if (group !== first.group) this.#broken(cloud, `views differ: ${first.self} ${first.group} / ${self} ${group}`);
    }
    const alive = views[0]!.members.filter(({ state }) => state === 'alive').map(({ id }) => id);
    if (alive.sort().join() !== up.join()) this.#broken(cloud, `alive are ${up.join()}, not ${alive.join()}`);
    const leaders = cloud.elections().filter((election) => election.isLeader);
    if (leaders.length !== 1) this.#broken(cloud, `${leaders.length} leaders`);
  }

  /** Never two servers play dead at once. */
  #checkSilence(cloud: Cloud): void {
    const silent = cloud.members.filter((_, i) => {
      const until = cloud.server(i)?.silentUntil;
      return until !== undefined && cloud.simulation.localTime(i) < until;
    });
    if (silent.length > 1) this.#broken(cloud, `${silent.map(({ id }) => id).join(' and ')} play dead at once`);
  }

  #broken(cloud: Cloud, text: string): void {
    this.violations.push(`at ${cloud.simulation.now.toFixed(1)} ms: ${text}`);
  }
}

function orPut<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}
