import { Election, type ElectionEffect, type ElectionEvent, type GroupView, type MemberConfig } from '@p2pimg/election';
import type { CryptoSuite } from '@p2pimg/identity';
import { type AnyRequest, type ClientMessage, MAX_REQUEST_LIFETIME_MS, type ServerMessage } from '@p2pimg/wire';
import { type Client, Clients } from './clients.ts';
import { type CloudConfig, checkCloudConfig } from './config.ts';
import type { CloudEffect, OperationId } from './effects.ts';
import { NotNow, Refusal } from './errors.ts';
import type { CloudEvent, OperationResult } from './events.ts';
import { FailureDrill } from './failure-drill.ts';
import { Outbox } from './outbox.ts';
import { procedures } from './procedures/procedures.ts';
import { RateLimit } from './rate-limit.ts';
import { Lifecycle } from './requests/lifecycle.ts';
import { RequestTable } from './requests/table.ts';
import { failureAck } from './runs/acks.ts';
import { Runs } from './runs/runs.ts';
import { Workers } from './runs/workers.ts';
import type { CloudStatus } from './status.ts';

/** A client's clock may be ahead of ours by this much before its requests are refused. */
const MAX_CLOCK_LEAD_MS = 60_000;
/** A client with too many open requests waits this long. */
const CROWDED_RETRY_MS = 500;

/**
 * What one server does, without any I/O: events in, effects out. `now` is the server's own monotonic clock in ms.
 * Completions may come in any order, twice, late or never.
 */
export class CloudCore {
  readonly #config: CloudConfig;
  readonly #election: Election;
  readonly #drill: FailureDrill;
  readonly #clients: Clients = new Clients();
  readonly #table: RequestTable;
  readonly #workers: Workers;
  readonly #runs: Runs;
  readonly #lifecycle: Lifecycle;
  readonly #out: Outbox = new Outbox();
  readonly #view = (): GroupView => this.#election.view();
  /** Wall clock minus monotonic clock. */
  #wallOffset = 0;

  /**
   * @param suite randomness and synchronous cryptography
   * @throws CloudConfigError, election's MembershipError and TimingError
   */
  constructor(config: CloudConfig, suite: CryptoSuite) {
    checkCloudConfig(config);
    const { election, limits, timing, failureToken } = config;
    const { self } = election;
    this.#config = config;
    this.#election = new Election(election, () => randomFraction(suite));
    this.#table = new RequestTable(limits.requests);
    this.#workers = new Workers(limits);
    this.#runs = new Runs({
      self,
      config,
      procedures: procedures(new RateLimit(limits.registrationsPerMinute)),
      workers: this.#workers,
      out: this.#out,
      contextOf: (now, { key, address, recent }) => {
        return { config, suite, clientKey: key, address, recent, wallMs: now + this.#wallOffset };
      },
      lifecycle: () => this.#lifecycle,
    });
    this.#drill = new FailureDrill(election, failureToken, this.#out, () => this.#runs.nextOperation());
    this.#lifecycle = new Lifecycle({
      self,
      election: this.#election,
      table: this.#table,
      timing,
      out: this.#out,
      work: this.#runs,
    });
  }

  /** @returns what to do, in order */
  step(now: number, event: CloudEvent): readonly CloudEffect[] {
    const { silentUntil } = this.#drill;
    if (silentUntil !== undefined && now < silentUntil) {
      this.#keepBooks(event);
      return this.#out.take();
    }
    if (silentUntil !== undefined) this.#revive(now);
    // A server that stood still takes a new incarnation before it looks at anything else.
    const due = this.#election.nextTimeout();
    if (due !== undefined && now >= due) this.#stepElection(now, { type: 'timeout' });
    this.#handle(now, event);
    if (this.#drill.silentUntil === undefined) this.#handleTimeouts(now);
    return this.#out.take();
  }

  /** When `step` wants a `timeout`, on the clock of `now`; undefined before the start. */
  nextTimeout(): number | undefined {
    if (this.#drill.silentUntil !== undefined) return this.#drill.silentUntil;
    const next = Math.min(
      this.#election.nextTimeout() ?? Number.POSITIVE_INFINITY,
      this.#drill.nextTimeout(),
      this.#lifecycle.nextTimeout(),
      this.#runs.nextTimeout(),
    );
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** Nothing is being worked on: a server that drains may end. */
  get isIdle(): boolean {
    return this.#runs.size === 0;
  }

  status(): CloudStatus {
    const { row, silentUntil } = this.#drill;
    return {
      group: this.#election.view(),
      isLeader: this.#election.isLeader,
      silent: silentUntil !== undefined,
      tokenTurn: row?.turn,
      tokenHolder: row?.holder,
      sessions: this.#clients.size,
      remembered: this.#table.size,
      unanswered: this.#table.unansweredCount,
      working: this.#runs.size,
      workersBusy: this.#workers.busy,
      workersWaiting: this.#workers.waiting,
    };
  }

  #handle(now: number, event: CloudEvent): void {
    switch (event.type) {
      case 'start':
        this.#stepElection(now, event);
        this.#drill.step(now, event, this.#election.view());
        break;
      case 'timeout':
        return;
      case 'serverMessage':
        this.#onServerMessage(now, event.from, event.message);
        break;
      case 'hint':
      case 'load':
        this.#stepElection(now, event);
        break;
      case 'members':
        this.#setMembers(now, event.members);
        break;
      case 'drain':
        this.#stepElection(now, { type: 'leave' });
        break;
      case 'sessionUp':
        this.#clients.up(event.session, event.clientKey, event.address);
        break;
      case 'sessionDown':
        this.#onSessionDown(now, event.session);
        break;
      case 'clientMessage':
        this.#wallOffset = event.wallMs - now;
        this.#onClientMessage(now, event.session, event.message);
        break;
      case 'completed':
        this.#onCompleted(now, event.opId, event.result);
        break;
    }
  }

  #handleTimeouts(now: number): void {
    if (now >= this.#drill.nextTimeout()) this.#drill.step(now, { type: 'timeout' }, this.#election.view());
    if (this.#drill.silentUntil !== undefined) return;
    this.#lifecycle.timeout(now);
    this.#runs.timeout(now);
  }

  // ---- servers ----

  #onServerMessage(now: number, from: string, message: ServerMessage): void {
    switch (message.type) {
      case 'notices':
        this.#lifecycle.notices(now, from, message.notices);
        break;
      default:
        this.#stepElection(now, { type: 'message', from, message });
        break;
    }
  }

  #setMembers(now: number, members: readonly MemberConfig[]): void {
    this.#stepElection(now, { type: 'members', members });
    this.#drill.setMembers(now, members);
  }

  #stepElection(now: number, event: ElectionEvent): void {
    for (const effect of this.#election.step(now, event)) this.#performElection(now, effect);
  }

  #performElection(now: number, effect: ElectionEffect): void {
    if (effect.type === 'send') {
      const { to, message, reliable } = effect;
      this.#out.push({ type: 'sendPeer', to, message, reliable });
      return;
    }
    const { fact } = effect;
    this.#out.report({ kind: 'election', fact });
    switch (fact.kind) {
      case 'suspected':
      case 'restarted':
        this.#lifecycle.peerFailed(now, fact.peer, fact.kind);
        if (fact.peer === this.#election.leader) this.#lifecycle.leaderMissed(now);
        break;
      case 'incarnation':
        this.#lifecycle.repeatHandling();
        break;
      case 'joined':
      case 'leader':
        this.#lifecycle.viewChanged(now);
        break;
    }
  }

  // ---- clients ----

  #onSessionDown(now: number, session: number): void {
    const client = this.#clients.get(session);
    if (client === undefined) return;
    this.#clients.down(session);
    this.#lifecycle.sessionDown(now, client);
  }

  #onClientMessage(now: number, session: number, message: ClientMessage): void {
    const client = this.#clients.get(session);
    if (client === undefined) {
      this.#out.report({ kind: 'ignored', what: 'message of a closed session' });
      return;
    }
    if (message.kind === 'cancel') {
      this.#lifecycle.cancel(now, message.id, client);
      return;
    }
    const { request } = message;
    const remaining = request.notAfter - (now + this.#wallOffset);
    const obstacle = this.#obstacle(request, client, remaining);
    if (obstacle === undefined) {
      this.#lifecycle.arrive(now, request, client, now + remaining + this.#config.timing.keepMs);
      return;
    }
    this.#out.report({ kind: 'turnedAway', code: obstacle.code });
    const ack = failureAck(request, this.#config.election.self, obstacle);
    this.#out.sendClient(session, { kind: 'ack', ack });
  }

  /** Why a request is not even assigned. Every server says so: it concerns none of them alone. */
  #obstacle(request: AnyRequest, client: Client, remaining: number): Refusal | NotNow | undefined {
    if (remaining <= 0) return new Refusal('request_expired', 'the request came after its time, or a clock is wrong');
    if (remaining > MAX_REQUEST_LIFETIME_MS + MAX_CLOCK_LEAD_MS) {
      return new Refusal('request_too_far_ahead', 'the request names a time too far ahead, or a clock is wrong');
    }
    const known = this.#table.get(request.id);
    if (known?.client !== undefined) {
      if (known.client.keyHex !== client.keyHex) return new Refusal('id_taken', 'another client uses this request id');
      if (known.type !== request.type) return new Refusal('id_taken', 'another request has this id');
      return undefined;
    }
    if (this.#table.unansweredOf(client.keyHex) >= this.#config.limits.requestsPerClient) {
      return new NotNow('too_many_requests', 'too many requests of this client are open', CROWDED_RETRY_MS);
    }
    return undefined;
  }

  // ---- completions ----

  #onCompleted(now: number, opId: OperationId, result: OperationResult): void {
    if (this.#drill.completed(now, opId, result, this.#view)) return;
    if (!this.#runs.completed(now, opId, result)) this.#out.report({ kind: 'lateCompletion' });
  }

  // ---- playing dead ----

  /** Deaf and mute: only what the surroundings will not say again is kept. */
  #keepBooks(event: CloudEvent): void {
    if (event.type === 'sessionUp') this.#clients.up(event.session, event.clientKey, event.address);
    else if (event.type === 'sessionDown') this.#clients.down(event.session);
    else if (event.type === 'completed') {
      this.#drill.forget(event.opId);
      this.#runs.keepLane(event.opId, event.result);
    }
  }

  /** Back as after a standstill: election takes a new incarnation by itself, and the others have taken the work over. */
  #revive(now: number): void {
    this.#drill.awake();
    this.#lifecycle.forsake(now);
    this.#out.report({ kind: 'silence', silent: false });
    this.#out.push({ type: 'silence', silent: false });
  }
}

/** Uniform in [0, 1), with 32 bits. */
function randomFraction(suite: CryptoSuite): number {
  const [a = 0, b = 0, c = 0, d = 0] = suite.randomBytes(4);
  return (((a << 24) | (b << 16) | (c << 8) | d) >>> 0) / 4_294_967_296;
}
