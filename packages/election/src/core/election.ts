import { Assignment, rendezvousOrder, rendezvousRank } from './assignment.ts';
import { checkTiming, type ElectionConfig, type ElectionTiming, LAN_TIMING, MAX_INCARNATION } from './config.ts';
import { Coordination, MAX_EPOCH } from './coordination.ts';
import type { Choice, ElectionEffect, ElectionEvent, GroupView, MemberState } from './events.ts';
import type { Member } from './member.ts';
import type { ElectionMessage, Heartbeat, ServerId } from './messages.ts';
import { isPriority, priorityOf } from './order.ts';
import { Outbox } from './outbox.ts';
import { Roster } from './roster.ts';
import { Watch } from './watch.ts';

const NEVER: number = Number.POSITIVE_INFINITY;

/**
 * One server's part in the cloud's failure detection and leader election: Gholipour's improved bully (M. Gholipour et
 * al., "A New Approach for Election Algorithm in Distributed Systems", 2009). The leader keeps the servers in an ordered
 * coordination group and passes it on; when it fails, everybody already knows its successor, which announces itself once.
 *
 * - Every server watches every other by itself (`Watch`, `PeerDetector`).
 * - A leader stays until it dies, leaves or loses its view; a higher priority alone does not depose it.
 * - A server that starts, or stood still, is `joining`: it neither leads nor announces before somebody has given it the
 *   current group, or `joinMs` have passed without one.
 * - Nothing here needs a majority: two sides of a partition have a leader each, and effects are made once by the
 *   directory's claims. When they meet again, the later group prevails (`compareGroups`).
 */
export class Election {
  readonly #timing: ElectionTiming;
  readonly #random: () => number;
  readonly #roster: Roster;
  readonly #out: Outbox = new Outbox();
  readonly #watch: Watch;
  readonly #coordination: Coordination;
  readonly #assignment: Assignment;

  /** Of the last step. */
  #now: number = Number.NEGATIVE_INFINITY;
  #due: number = NEVER;
  /** When to send the next heartbeat; Infinity before the start. */
  #heartbeatAt: number = NEVER;
  /** When to stop waiting for somebody's view; Infinity for a server that has one. */
  #joinUntil: number = NEVER;
  #reportAt: number = NEVER;

  /**
   * @param random uniform in [0, 1)
   * @throws MembershipError, TimingError, RangeError for an incarnation out of range
   */
  constructor(config: ElectionConfig, random: () => number) {
    const { self, members, incarnation, policy = 'least-outstanding' } = config;
    this.#timing = { ...LAN_TIMING, ...config.timing };
    checkTiming(this.#timing);
    if (!Number.isSafeInteger(incarnation) || incarnation < 1 || incarnation > MAX_INCARNATION) {
      throw new RangeError(`incarnation must be a whole number from 1 to 2^52, not ${incarnation}`);
    }
    this.#random = random;
    this.#roster = new Roster(self, members, this.#timing);
    this.#roster.me.detector.heard(0, incarnation);
    this.#watch = new Watch(this.#roster, this.#timing, random, this.#out);
    this.#coordination = new Coordination(this.#roster, this.#timing, this.#watch, this.#out);
    this.#assignment = new Assignment(policy);
  }

  /**
   * @param now monotonic ms
   * @returns what to do, in order
   * @throws MembershipError for an impossible `members` event
   */
  step(now: number, event: ElectionEvent): readonly ElectionEffect[] {
    if (event.type === 'start') this.#start(now);
    else if (this.#heartbeatAt !== NEVER) this.#noticeLateness(now);
    this.#now = now;
    this.#take(now, event);
    if (this.#heartbeatAt !== NEVER) this.#tick(now);
    return this.#out.take();
  }

  /** When `step` wants a `timeout`, on the clock of `now`; undefined before the start. */
  nextTimeout(): number | undefined {
    return this.#due === NEVER ? undefined : this.#due;
  }

  get leader(): ServerId | undefined {
    return this.#coordination.name.leader;
  }

  get epoch(): number {
    return this.#coordination.name.epoch;
  }

  /** Whether this server may act as the leader now. */
  get isLeader(): boolean {
    return this.#coordination.leading;
  }

  /** What this server thinks of that one; undefined for one that is no member. */
  stateOf(server: ServerId): MemberState | undefined {
    return this.#roster.get(server)?.state();
  }

  /** Whether this server may take work: not while it has no view, nor while it leaves. */
  get mayServe(): boolean {
    const { me } = this.#roster;
    return me.phase === 'member' && me.detector.state === 'alive';
  }

  /** The other servers, but for the dead ones. */
  others(): readonly ServerId[] {
    return this.#roster.others();
  }

  /** All servers, by IP, then port. */
  get servers(): readonly ServerId[] {
    return this.#roster.ids;
  }

  view(): GroupView {
    const { epoch, leader, revision } = this.#coordination.name;
    const { me } = this.#roster;
    return {
      self: me.id,
      incarnation: me.detector.incarnation,
      joining: me.phase === 'joining',
      epoch,
      leader,
      revision,
      members: this.#coordination.inOrder().map((member) => member.view()),
    };
  }

  /** The server that should handle a request, by the configured policy. For the leader, who counts with `noteAssigned`. */
  chooseHandler(choice: Choice): ServerId {
    return this.#assignment.choose(this.#roster.all, choice).id;
  }

  /** All servers in the order in which they serve a request without a stamp; the last ones are dead, tried or out of reach. */
  rendezvousOrder(choice: Choice): ServerId[] {
    return rendezvousOrder(this.#roster.all, choice);
  }

  /** This server's place in that order: 0 goes first. */
  rendezvousRank(choice: Choice): number {
    return rendezvousRank(this.#roster.all, this.#roster.me, choice);
  }

  /** A request was given to `handler`: stamped, or taken by itself. Keeps the counts live between heartbeats. */
  noteAssigned(now: number, handler: ServerId): void {
    this.#roster.get(handler)?.assigned(now);
  }

  /** The request is done, cancelled, or moved elsewhere. @param serviceMs how long this server worked on it, if it did */
  noteDone(handler: ServerId, serviceMs?: number): void {
    const member = this.#roster.get(handler);
    member?.done();
    if (serviceMs !== undefined && member === this.#roster.me) member.served(serviceMs);
  }

  #take(now: number, event: ElectionEvent): void {
    const { me } = this.#roster;
    switch (event.type) {
      case 'message':
        this.#onMessage(now, event.from, event.message);
        break;
      case 'hint':
        this.#watch.onHint(now, event.peer);
        break;
      case 'load':
        me.priority = priorityOf(event.value);
        if (event.utilization !== undefined) me.utilization = Math.min(1, Math.max(0, event.utilization));
        break;
      case 'members':
        this.#roster.set(event.members);
        break;
      case 'leave':
        me.phase = 'leaving';
        this.#joinUntil = NEVER;
        this.#heartbeatAt = now;
        break;
    }
  }

  #start(now: number): void {
    this.#heartbeatAt = now;
    this.#reportAt = now + this.#timing.reportMs;
    this.#beginJoin(now);
  }

  #noticeLateness(now: number): void {
    const still = now - this.#now;
    const late = now - this.#due;
    if (still > this.#timing.standstillMs) this.#standStill(now, still);
    else if (late > this.#timing.heartbeatMs / 2) this.#watch.forgive(late);
  }

  /** The others may have buried this server in the meantime, and know what it does not. */
  #standStill(now: number, stillMs: number): void {
    this.#watch.raiseIncarnation(now, this.#roster.me.detector.incarnation + 1, stillMs);
    this.#watch.watchAnew(now);
    this.#heartbeatAt = now;
    if (this.#roster.me.phase !== 'leaving') this.#beginJoin(now);
  }

  #beginJoin(now: number): void {
    this.#roster.me.phase = 'joining';
    // A cloud of one has nobody to wait for.
    this.#joinUntil = this.#roster.peers.length === 0 ? now : now + this.#timing.joinMs;
  }

  #joined(): void {
    this.#joinUntil = NEVER;
    const { me } = this.#roster;
    if (me.phase !== 'joining') return;
    me.phase = 'member';
    this.#roster.changed = true;
    this.#out.report({ kind: 'joined', epoch: this.epoch });
  }

  #tick(now: number): void {
    this.#watch.judge(now);
    if (now >= this.#joinUntil) this.#joined();
    this.#coordination.tend(now);
    if (now >= this.#heartbeatAt) this.#sendHeartbeat(now);
    if (now >= this.#reportAt) this.#reportPriorities(now);
    const timers = Math.min(this.#heartbeatAt, this.#joinUntil, this.#reportAt);
    this.#due = Math.min(timers, this.#watch.due(), this.#coordination.due());
  }

  #sendHeartbeat(now: number): void {
    const { me, peers } = this.#roster;
    me.sequence += 1;
    me.rested(Math.min(...peers.filter(({ takesPart }) => takesPart).map(({ serviceMs }) => serviceMs)));
    const message: Heartbeat = {
      type: 'heartbeat',
      sequence: me.sequence,
      incarnation: me.detector.incarnation,
      phase: me.phase,
      group: this.#coordination.name,
      priority: me.priority,
      outstanding: me.outstanding,
      serviceMs: me.serviceMs,
      utilization: me.utilization,
    };
    for (const { id } of peers) this.#out.send(id, message);
    // The first interval is shortened by chance, so that servers started together do not beat together.
    this.#heartbeatAt = now + this.#timing.heartbeatMs * (me.sequence === 1 ? 0.5 + 0.5 * this.#random() : 1);
  }

  #onMessage(now: number, sender: ServerId, message: ElectionMessage): void {
    const from = this.#roster.peer(sender);
    if (from === undefined) {
      this.#out.ignore(sender, message, 'unknown-sender');
      return;
    }
    switch (message.type) {
      case 'heartbeat':
        this.#onHeartbeat(now, from, message);
        break;
      case 'probe':
        this.#watch.onProbe(now, from, message);
        break;
      case 'probe_ack':
        this.#watch.onProbeAck(now, from, message);
        break;
      case 'probe_request':
        this.#watch.onProbeRequest(from, message);
        break;
      case 'coordinator':
        if (this.#coordination.onCoordinator(now, from, message)) this.#joined();
        break;
    }
  }

  #onHeartbeat(now: number, member: Member, heartbeat: Heartbeat): void {
    const { priority, incarnation, sequence, group, phase } = heartbeat;
    if (!isPriority(priority) || incarnation > MAX_INCARNATION || group.epoch > MAX_EPOCH) {
      this.#out.ignore(member.id, heartbeat, 'malformed');
      return;
    }
    const { detector } = member;
    if (incarnation < detector.incarnation || (incarnation === detector.incarnation && this.#isOld(member, sequence))) {
      // A "dead" one lives, or has come back with too low a number: tell it which incarnation it has to surpass.
      if (detector.state === 'dead') this.#watch.sendProbe(member);
      this.#out.ignore(member.id, heartbeat, 'stale');
      return;
    }
    this.#watch.heardOf(now, member, incarnation);
    const was = member.phase;
    if (phase === 'joining' && group.epoch === 0 && was === 'member') {
      member.forgetWork();
      this.#out.report({ kind: 'restarted', peer: member.id, incarnation });
    }
    member.take(now, heartbeat);
    if ((phase === 'leaving') !== (was === 'leaving')) this.#roster.changed = true;
    if (phase === 'leaving' && was !== 'leaving') this.#out.report({ kind: 'leaving', peer: member.id });
    this.#coordination.noteEpoch(group.epoch);
    this.#coordination.repair(now, member, heartbeat);
  }

  /** Nothing of a buried incarnation is new. */
  #isOld(member: Member, sequence: number): boolean {
    return member.detector.state === 'dead' || sequence <= member.sequence;
  }

  #reportPriorities(now: number): void {
    this.#reportAt = now + this.#timing.reportMs;
    const priorities = this.#roster.ranked().map((member) => ({
      id: member.id,
      priority: member.priority,
      state: member.state(),
    }));
    this.#out.report({ kind: 'priorities', priorities });
  }
}
