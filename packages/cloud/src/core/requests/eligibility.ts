import type { Election, ServerId } from '@p2pimg/election';
import type { Entry } from './entry.ts';

/** Who may take a request, as this server sees the group now. */
export class Eligibility {
  readonly #self: ServerId;
  readonly #election: Election;

  constructor(self: ServerId, election: Election) {
    this.#self = self;
    this.#election = election;
  }

  /** Not while it has no view, nor while it leaves. */
  get mayServe(): boolean {
    return this.#election.mayServe;
  }

  /** Whether this server stamps requests: it leads, and may serve itself. */
  get mayStamp(): boolean {
    return this.#election.isLeader && this.mayServe;
  }

  /**
   * Whether a leader's stamp is to be expected. Not of one that is missed, that the client does not reach, or that has failed the request;
   * but before the first one is known, it is about to say so.
   */
  mayExpectStamp({ request, failed }: Entry): boolean {
    const { leader } = this.#election;
    if (leader === undefined) return true;
    if (failed.includes(leader) || this.#election.stateOf(leader) !== 'alive') return false;
    const reachable = request?.servers ?? [];
    return reachable.length === 0 || reachable.includes(leader);
  }

  /** Whether whoever speaks for that epoch is the leader whose stamps this server waits for. */
  isStampedBy(from: ServerId, epoch: number): boolean {
    return from === this.#election.leader && epoch === this.#election.epoch;
  }

  /** The server that the leader chooses for it. */
  chooseHandler(entry: Entry): ServerId {
    return this.#election.chooseHandler(choiceOf(entry));
  }

  /** This server's place in the order of those that take it without a stamp: 0 goes first. */
  rankOf(entry: Entry): number {
    return this.#election.rendezvousRank(choiceOf(entry));
  }

  /** Whether another server keeps an attempt that both have begun: the first in the request's order, which does not depend on loads. */
  goesBefore(other: ServerId, entry: Entry): boolean {
    const order = this.#election.rendezvousOrder({ requestId: entry.id, tried: [], reachable: [] });
    return order.indexOf(other) < order.indexOf(this.#self);
  }

  /** Those of the names that are servers: whatever else a client says is not remembered. */
  membersOf(names: readonly string[]): readonly ServerId[] {
    return names.length === 0 ? names : names.filter((name) => this.#election.stateOf(name) !== undefined);
  }

  /** Servers that are there, that the client reaches and that have not failed this request. */
  candidates(entry: Entry): readonly ServerId[] {
    return this.#election.servers.filter((id) => this.#isCandidate(id, entry));
  }

  /** Whether there is any: usually the first that is looked at. */
  hasCandidate(entry: Entry): boolean {
    const { servers } = this.#election;
    for (let i = 0; i < servers.length; i++) if (this.#isCandidate(servers[i]!, entry)) return true;
    return false;
  }

  #isCandidate(id: ServerId, { request, failed }: Entry): boolean {
    if (this.#election.stateOf(id) !== 'alive' || failed.includes(id)) return false;
    const reachable = request?.servers ?? [];
    return reachable.length === 0 || reachable.includes(id);
  }
}

function choiceOf(entry: Entry): { requestId: string; tried: readonly ServerId[]; reachable: readonly ServerId[] } {
  return { requestId: entry.id, tried: entry.failed, reachable: entry.request?.servers ?? [] };
}
