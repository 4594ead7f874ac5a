import type { Policy } from './config.ts';
import type { Choice } from './events.ts';
import type { Member } from './member.ts';
import type { ServerId } from './messages.ts';
import { compareRanked } from './order.ts';
import { hashRequest, rendezvousWeight } from './rendezvous.ts';

const UNREACHABLE = 8;
const GONE = 4;
const TRIED = 2;
const SUSPECT = 1;

/**
 * Classes of servers, best (0) first. A server that the client cannot reach is no use at all, one that is dead or leaves
 * hardly any; one that the client has tried is worse than one that is merely suspected.
 */
function fitness(member: Member, choice: Choice): number {
  const { id } = member;
  const unreachable = choice.reachable.length > 0 && !choice.reachable.includes(id);
  return (
    (unreachable ? UNREACHABLE : 0) +
    (member.takesPart ? 0 : GONE) +
    (choice.tried.includes(id) ? TRIED : 0) +
    (member.detector.state === 'suspect' ? SUSPECT : 0)
  );
}

type Comparison = (a: Member, b: Member) => number;

/** Expected work in the queue with this request, then event-loop utilisation, then the order that holds everywhere. */
const leastOutstanding: Comparison = (a, b) =>
  (a.outstanding + 1) * a.serviceMs - (b.outstanding + 1) * b.serviceMs ||
  a.utilization - b.utilization ||
  compareRanked(a, b);

/** Chooses handlers for the leader (SPEC E3). */
export class Assignment {
  readonly #policy: Policy;
  /** `round-robin`: the place whose turn it is. */
  #turn = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** The best of the fittest class. `members` is not empty. */
  choose(members: readonly Member[], choice: Choice): Member {
    const compare = this.#comparison(members.length);
    let best = members[0]!;
    let bestFitness = fitness(best, choice);
    for (let i = 1; i < members.length; i++) {
      const member = members[i]!;
      const own = fitness(member, choice);
      if (own < bestFitness || (own === bestFitness && compare(member, best) < 0)) {
        best = member;
        bestFitness = own;
      }
    }
    if (this.#policy === 'round-robin') this.#turn = (best.place + 1) % members.length;
    return best;
  }

  #comparison(count: number): Comparison {
    switch (this.#policy) {
      case 'least-outstanding':
        return leastOutstanding;
      case 'least-load':
        return compareRanked;
      case 'round-robin': {
        const distance = (member: Member): number => (member.place - this.#turn + count) % count;
        return (a, b) => distance(a) - distance(b);
      }
    }
  }
}

/** Members that come before `me` in the order of {@link rendezvousOrder}. */
export function rendezvousRank(members: readonly Member[], me: Member, choice: Choice): number {
  const hash = hashRequest(choice.requestId);
  const own = fitness(me, choice) & ~SUSPECT;
  const weight = rendezvousWeight(hash, me.id);
  let before = 0;
  for (let i = 0; i < members.length; i++) {
    const member = members[i]!;
    const difference =
      (fitness(member, choice) & ~SUSPECT) - own ||
      rendezvousWeight(hash, member.id) - weight ||
      member.place - me.place;
    if (difference < 0) before += 1;
  }
  return before;
}

/**
 * The order in which servers serve a request that nobody has stamped. A suspicion, which others may not share, does not
 * change it.
 */
export function rendezvousOrder(members: readonly Member[], choice: Choice): ServerId[] {
  const hash = hashRequest(choice.requestId);
  return members
    .map((member) => ({
      member,
      fitness: fitness(member, choice) & ~SUSPECT,
      weight: rendezvousWeight(hash, member.id),
    }))
    .sort((a, b) => a.fitness - b.fitness || a.weight - b.weight || a.member.place - b.member.place)
    .map(({ member }) => member.id);
}
