import { type ElectionTiming, MAX_INCARNATION } from './config.ts';
import type { Member } from './member.ts';
import type { Coordinator, GroupEntry, GroupName, Heartbeat, ServerId } from './messages.ts';
import { compareGroups, compareRanked, isPriority } from './order.ts';
import type { Outbox } from './outbox.ts';
import type { Roster } from './roster.ts';
import type { Watch } from './watch.ts';

const NEVER: number = Number.POSITIVE_INFINITY;
/** Heartbeats in a row with an old group before somebody other than the leader repairs it. */
const LAGGING_HEARTBEATS = 3;
export const MAX_EPOCH: number = 2 ** 52;

type LedGroup = GroupName & { readonly leader: ServerId };

/**
 * The coordination group: who leads, in which order the others would, and the leader's duty to keep it true.
 *
 * Invariant: the name of the group in force only ever grows (`compareGroups`).
 */
export class Coordination {
  readonly #roster: Roster;
  readonly #timing: ElectionTiming;
  readonly #watch: Watch;
  readonly #out: Outbox;

  #name: GroupName = { epoch: 0, revision: 0 };
  #entries: readonly GroupEntry[] = [];
  /** The epoch that this process has begun as leader; 0: none. A restarted server does not resume its old lead. */
  #ledEpoch = 0;
  /** In any message so far: a new epoch is above all that are known, followed or not. */
  #highestEpoch = 0;
  #leaderLostAt: number = NEVER;
  #sentAt: number = Number.NEGATIVE_INFINITY;
  #orderCheckAt: number = NEVER;

  constructor(roster: Roster, timing: ElectionTiming, watch: Watch, out: Outbox) {
    this.#roster = roster;
    this.#timing = timing;
    this.#watch = watch;
    this.#out = out;
  }

  get name(): GroupName {
    return this.#name;
  }

  /** Whether this server may act as the leader now. */
  get leading(): boolean {
    const { me } = this.#roster;
    return this.#name.leader === me.id && this.#ledEpoch === this.#name.epoch && me.phase === 'member';
  }

  /** The group in its order, then all others by live rank. */
  inOrder(): Member[] {
    const listed: Member[] = [];
    for (const { id } of this.#entries) {
      const member = this.#roster.get(id);
      if (member) listed.push(member);
    }
    if (listed.length === this.#roster.all.length) return listed;
    return [...listed, ...this.#roster.all.filter((member) => !listed.includes(member)).sort(compareRanked)];
  }

  /**
   * When this server announces itself unless somebody before it in the order has done so: it waits one stagger for each
   * of them that may still be alive. Infinity while there is a leader.
   */
  due(): number {
    if (this.#leaderLostAt === NEVER) return NEVER;
    let before = 0;
    for (const member of this.inOrder()) {
      if (member === this.#roster.me) break;
      if (member.takesPart && member.id !== this.#name.leader) before += 1;
    }
    return this.#leaderLostAt + before * this.#timing.staggerMs;
  }

  /** @returns whether this server has a fresh view now */
  onCoordinator(now: number, from: Member, coordinator: Coordinator): boolean {
    const { epoch, leader, revision } = coordinator;
    if (this.#roster.get(leader) === undefined || epoch < 1 || epoch > MAX_EPOCH) {
      this.#out.ignore(from.id, coordinator, 'malformed');
      return false;
    }
    this.noteEpoch(epoch);
    if (compareGroups({ epoch, leader, revision }, this.#name, this.#roster.placeOf) > 0) {
      this.#adopt(now, coordinator);
      return true;
    }
    // After a standstill, the epoch that this server remembers is as good as a new one: nobody has gone on without it.
    const confirms = this.#roster.me.phase === 'joining' && epoch === this.#name.epoch && leader === this.#name.leader;
    if (!confirms) this.#out.ignore(from.id, coordinator, 'stale');
    return confirms;
  }

  noteEpoch(epoch: number): void {
    this.#highestEpoch = Math.max(this.#highestEpoch, epoch);
  }

  /** A server whose heartbeat shows that it joins, or has missed a change, gets the group. */
  repair(now: number, member: Member, heartbeat: Heartbeat): void {
    if (this.#name.leader === undefined || this.#roster.me.phase === 'joining') return;
    const joining = heartbeat.phase === 'joining';
    if (!joining && compareGroups(heartbeat.group, this.#name, this.#roster.placeOf) >= 0) {
      member.lagging = 0;
      return;
    }
    member.lagging += 1;
    // A leader that is about to list the newcomer sends everybody the new group in this very step.
    if (this.leading && !this.#entries.some(({ id }) => id === member.id) && member.takesPart) return;
    const duty = joining || this.#name.leader === this.#roster.me.id || member.lagging >= LAGGING_HEARTBEATS;
    // What was sent within the last interval may have crossed this heartbeat.
    if (duty && now - member.groupSentAt >= this.#timing.heartbeatMs) this.#sendTo(now, member);
  }

  /** Notices a lost leader, follows it when it is this server's turn, and does a leader's duties. */
  tend(now: number): void {
    if (this.#roster.me.phase !== 'member' || this.#leaderServes()) this.#leaderLostAt = NEVER;
    else if (this.#leaderLostAt === NEVER) this.#leaderLostAt = now;
    if (now >= this.due()) this.#announce(now);
    else if (this.leading) this.#keep(now);
  }

  #leaderServes(): boolean {
    const { leader } = this.#name;
    if (leader === undefined) return false;
    if (leader === this.#roster.me.id) return this.leading;
    return this.#roster.get(leader)?.takesPart === true;
  }

  #adopt(now: number, coordinator: Coordinator): void {
    const { epoch, leader, revision, members } = coordinator;
    const entries = members.filter(({ id, priority }) => this.#roster.get(id) !== undefined && isPriority(priority));
    this.#set({ epoch, leader, revision }, entries);
    for (const { id, incarnation, priority } of entries) {
      const member = this.#roster.peer(id);
      if (member === undefined || incarnation <= member.detector.incarnation || incarnation > MAX_INCARNATION) continue;
      if (member.sequence === 0) member.priority = priority;
      this.#watch.heardOf(now, member, incarnation);
    }
  }

  #announce(now: number): void {
    const epoch = Math.max(this.#name.epoch, this.#highestEpoch) + 1;
    this.#ledEpoch = epoch;
    this.#leaderLostAt = NEVER;
    const { id: leader, detector } = this.#roster.me;
    // A restarted server may begin an epoch again that only others remember; its incarnation keeps the names apart.
    this.#publish(now, { epoch, leader, revision: detector.incarnation }, this.#belonging());
  }

  /** Who comes or goes changes the group at once; an order that only load has changed waits for its time. */
  #keep(now: number): void {
    if (!this.#roster.changed && now < this.#orderCheckAt) return;
    const ranked = this.#belonging();
    const listed = new Set(this.#entries.map(({ id }) => id));
    const sameMembers = ranked.length === listed.size && ranked.every(({ id }) => listed.has(id));
    const sameOrder = sameMembers && ranked.every(({ id }, i) => id === this.#entries[i]!.id);
    const mayReorder = now >= this.#sentAt + this.#timing.regroupMs;
    this.#roster.changed = false;
    this.#orderCheckAt = now + this.#timing.regroupMs;
    if (sameMembers && (sameOrder || !mayReorder)) return;
    const { epoch, revision } = this.#name;
    this.#publish(now, { epoch, leader: this.#roster.me.id, revision: revision + 1 }, ranked);
  }

  /** Who is to be in the group, best first. */
  #belonging(): Member[] {
    return this.#roster.ranked().filter((member) => member.takesPart);
  }

  #publish(now: number, name: LedGroup, ranked: readonly Member[]): void {
    const entries = ranked.map(({ id, priority, detector: { incarnation } }) => ({ id, incarnation, priority }));
    this.#set(name, entries);
    this.#roster.changed = false;
    this.#sentAt = now;
    this.#orderCheckAt = now + this.#timing.regroupMs;
    for (const member of this.#roster.peers) if (member.detector.state !== 'dead') this.#sendTo(now, member);
  }

  #set(name: LedGroup, entries: readonly GroupEntry[]): void {
    const previous = this.#name;
    this.#name = name;
    this.#entries = entries;
    const { epoch, leader, revision } = name;
    if (previous.leader !== leader || previous.epoch !== epoch) {
      this.#out.report({ kind: 'leader', leader, previous: previous.leader, epoch });
    }
    this.#out.report({ kind: 'group', epoch, leader, revision, order: entries.map(({ id }) => id) });
  }

  #sendTo(now: number, member: Member): void {
    const { epoch, leader, revision } = this.#name;
    if (leader === undefined) return;
    member.groupSentAt = now;
    member.lagging = 0;
    this.#out.sendReliably(member.id, { type: 'coordinator', epoch, leader, revision, members: this.#entries });
  }
}
