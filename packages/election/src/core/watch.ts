import { type ElectionTiming, MAX_INCARNATION } from './config.ts';
import type { Member } from './member.ts';
import type { Probe, ProbeAck, ProbeRequest, ServerId } from './messages.ts';
import type { Outbox } from './outbox.ts';
import type { Roster } from './roster.ts';

/** Watches the peers: silence, suspicion, probes, refutation, death. The rules of judgement are in `PeerDetector`. */
export class Watch {
  readonly #roster: Roster;
  readonly #timing: ElectionTiming;
  readonly #random: () => number;
  readonly #out: Outbox;

  constructor(roster: Roster, timing: ElectionTiming, random: () => number, out: Outbox) {
    this.#roster = roster;
    this.#timing = timing;
    this.#random = random;
    this.#out = out;
  }

  /** When the next peer has to be judged. */
  due(): number {
    let due = Number.POSITIVE_INFINITY;
    for (const { detector } of this.#roster.peers) due = Math.min(due, detector.due());
    return due;
  }

  judge(now: number): void {
    for (const member of this.#roster.peers) if (now >= member.detector.due()) this.#judgeOne(now, member);
  }

  /** Evidence that `member` lives, or lately lived, in `incarnation`. */
  heardOf(now: number, member: Member, incarnation: number): void {
    const evidence = member.detector.heard(now, incarnation);
    if (evidence === 'stale' || evidence === 'same') return;
    member.sequence = 0;
    if (evidence === 'newer') return;
    if (evidence !== 'refuted') this.#roster.changed = true;
    this.#out.report({ kind: evidence, peer: member.id, incarnation });
  }

  onHint(now: number, peer: ServerId): void {
    const member = this.#roster.peer(peer);
    if (member?.detector.state === 'alive') this.#suspect(now, member, 'hint');
  }

  /** Asks a member about itself; its answer goes to this server. */
  sendProbe(member: Member): void {
    const { nonce, incarnation } = member.detector;
    this.#out.send(member.id, { type: 'probe', nonce, incarnation, asker: this.#roster.me.id });
  }

  onProbe(now: number, from: Member, probe: Probe): void {
    if (probe.incarnation >= MAX_INCARNATION) {
      this.#out.ignore(from.id, probe, 'malformed');
      return;
    }
    const { me } = this.#roster;
    if (probe.incarnation >= me.detector.incarnation) this.raiseIncarnation(now, probe.incarnation + 1);
    const { nonce, asker } = probe;
    const { incarnation } = me.detector;
    this.#out.send(from.id, { type: 'probe_ack', nonce, subject: me.id, incarnation, asker });
  }

  onProbeRequest(from: Member, request: ProbeRequest): void {
    const subject = this.#roster.peer(request.subject);
    if (subject === undefined || subject === from) {
      this.#out.ignore(from.id, request, 'malformed');
      return;
    }
    const { nonce, incarnation } = request;
    this.#out.send(subject.id, { type: 'probe', nonce, incarnation, asker: from.id });
  }

  onProbeAck(now: number, from: Member, ack: ProbeAck): void {
    if (ack.asker !== this.#roster.me.id) {
      // Only the subject's own word is passed on.
      const asker = this.#roster.peer(ack.asker);
      if (asker === undefined || ack.subject !== from.id) this.#out.ignore(from.id, ack, 'unasked');
      else this.#out.send(asker.id, ack);
      return;
    }
    const subject = this.#roster.peer(ack.subject);
    if (subject === undefined || ack.incarnation > MAX_INCARNATION) this.#out.ignore(from.id, ack, 'malformed');
    else if (ack.nonce !== subject.detector.nonce) this.#out.ignore(from.id, ack, 'unasked');
    else if (subject.detector.state !== 'alive') this.heardOf(now, subject, ack.incarnation);
  }

  /** Raises this server's own incarnation. @param stillMs when it stood still for that long, rather than being doubted */
  raiseIncarnation(now: number, to: number, stillMs?: number): void {
    const { me } = this.#roster;
    me.detector.heard(now, to);
    me.sequence = 0;
    const why = stillMs === undefined ? ({ cause: 'doubted' } as const) : ({ cause: 'stood-still', stillMs } as const);
    this.#out.report({ kind: 'incarnation', incarnation: to, ...why });
  }

  /** Time in which this process did not run is not the peers' silence. */
  forgive(ms: number): void {
    for (const { detector } of this.#roster.peers) detector.forgive(ms);
  }

  watchAnew(now: number): void {
    for (const { detector } of this.#roster.peers) detector.watchAnew(now);
  }

  #judgeOne(now: number, member: Member): void {
    const { detector } = member;
    const nonce = (): number => this.#nonce();
    for (let verdict = detector.judge(now, nonce); verdict !== undefined; verdict = detector.judge(now, nonce)) {
      if (verdict === 'suspect') this.#suspect(now, member, 'silence');
      else if (verdict === 'probe') this.#probe(member);
      else this.#bury(now, member);
    }
  }

  #suspect(now: number, member: Member, cause: 'silence' | 'hint'): void {
    member.detector.suspect(now, this.#nonce());
    this.#out.report({ kind: 'suspected', peer: member.id, incarnation: member.detector.incarnation, cause });
  }

  /** One direct probe, and beginning with the second, one through another member. */
  #probe(member: Member): void {
    this.sendProbe(member);
    const { probes, nonce, incarnation } = member.detector;
    if (probes < 2 || probes - 2 >= this.#timing.indirectProbes) return;
    const helpers = this.#roster.peers.filter((other) => other !== member && other.detector.state === 'alive');
    const helper = helpers[Math.floor(this.#random() * helpers.length)];
    if (helper) this.#out.send(helper.id, { type: 'probe_request', nonce, subject: member.id, incarnation });
  }

  #bury(now: number, member: Member): void {
    const { lastHeardAt, incarnation } = member.detector;
    member.forgetWork();
    this.#roster.changed = true;
    this.#out.report({ kind: 'died', peer: member.id, incarnation, silentMs: now - lastHeardAt });
  }

  #nonce(): number {
    return Math.floor(this.#random() * 4_294_967_296);
  }
}
