import { commonVersion, HandshakeStatus } from '@p2pimg/wire';
import type { EndpointTarget } from '../endpoint-config.ts';
import { EpochKeys } from '../keys/epoch-keys.ts';
import type { Path } from '../path.ts';
import type { Session } from '../session/session.ts';
import type { HandshakeContext } from './context.ts';
import { COOKIE_LIFE_MS, cookieReceiver, openCookie, writeMac2 } from './cookies.ts';
import { Initiation, responseReceiver } from './initiation.ts';
import { Mac1 } from './macs.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 1_000;
/** Whoever asks for proof has shown how long an answer takes: so many times that is waited for the next one, but never less than this. */
const RETRY_ROUND_TRIPS = 3;
const LEAST_RETRY_MS = 20;

interface PendingHandshake {
  readonly session: Session;
  readonly target: EndpointTarget;
  readonly startedAt: number;
  /** How long the next attempt is waited for. */
  retryMs: number;
  nextAt: number;
  sentAt: number;
  initiation: Initiation | undefined;
  cookie: { readonly bytes: Uint8Array; readonly at: number } | undefined;
}

/** Opens sessions and renews their keys: sends message 1 until it is answered or the time is up. */
export class Initiator {
  readonly #context: HandshakeContext;
  readonly #mac1: Mac1;
  readonly #pending = new Map<Session, PendingHandshake>();
  /** Where the sessions opened here lead, for their rekeys. */
  readonly #targets = new Map<Session, EndpointTarget>();
  #timestamp = 0;

  constructor(context: HandshakeContext) {
    this.#context = context;
    this.#mac1 = new Mac1(context.config.suite, context.keys.publicKey);
  }

  connect(target: EndpointTarget, now: number): Session {
    const { sessionCount, config } = this.#context;
    const session = this.#context.newSession(target.publicKey, true);
    // One that takes another's place may stand beside it for a moment.
    if (sessionCount >= config.limits.maxSessions && target.replaces === undefined) {
      session.close('too-many-sessions', now);
      return session;
    }
    // Not the session that is replaced: it shall not live as long as this one.
    const { publicKey, path, preSharedKey } = target;
    this.#targets.set(session, preSharedKey === undefined ? { publicKey, path } : { publicKey, path, preSharedKey });
    this.#start(session, target, now);
    return session;
  }

  /** New keys for a session that was opened here. */
  rekey(session: Session, now: number): void {
    const target = this.#targets.get(session);
    const path = session.path;
    if (target !== undefined && path !== undefined) this.#start(session, { ...target, path }, now);
  }

  /** When the handshake of this session wants its time-out; infinite if there is none. */
  timeoutOf(session: Session): number {
    const pending = this.#pending.get(session);
    if (pending === undefined) return Number.POSITIVE_INFINITY;
    return Math.min(pending.nextAt, pending.startedAt + this.#context.config.limits.handshakeTimeoutMs);
  }

  handleTimeout(session: Session, now: number): void {
    const pending = this.#pending.get(session);
    if (pending === undefined) return;
    const { startedAt } = pending;
    if (session.state === 'closed') {
      this.#pending.delete(session);
    } else if (now >= startedAt + this.#context.config.limits.handshakeTimeoutMs) {
      this.#pending.delete(session);
      if (session.state === 'established') session.rekeyFailed(now);
      else session.close('handshake-timeout', now);
    } else if (now >= pending.nextAt) {
      this.#attempt(pending, now);
    }
  }

  receive(packet: Uint8Array, path: Path, now: number): void {
    const receiver = responseReceiver(packet, this.#mac1);
    if (receiver === undefined) {
      this.#context.drop('mac');
      return;
    }
    const session = this.#context.find(receiver);
    const pending = session === undefined ? undefined : this.#pending.get(session);
    const result = pending?.initiation?.read(packet);
    if (session === undefined || pending === undefined || result === undefined) {
      this.#context.drop('handshake');
      return;
    }
    this.#pending.delete(session);
    const { payload, secrets } = result;
    if (payload.status === HandshakeStatus.known) {
      pending.target.replaces?.vouch(now);
      session.close('still-open', now);
      return;
    }
    const { versions, incompatible } = this.#context.config;
    const version = commonVersion(versions, payload.versions);
    if (version === undefined && session.state !== 'established') {
      incompatible?.(session.remoteKey, path, payload.versions);
      session.close('no-common-version', now);
      return;
    }
    if (payload.status !== HandshakeStatus.accepted || version === undefined) {
      // A rekey that is refused ends the session too: the peer does not want it any more.
      session.close('refused', now);
      return;
    }
    const own = { send: secrets.initiatorToResponder, receive: secrets.responderToInitiator };
    if (session.state === 'established') {
      session.addEpoch(new EpochKeys(this.#context.config.suite, payload.epoch, own, now), now);
      return;
    }
    session.establish(
      {
        keys: new EpochKeys(this.#context.config.suite, payload.epoch, own, now),
        remoteId: payload.connectionId,
        path,
        roundTripMs: Math.max(0.1, now - pending.sentAt),
        peerBuffer: payload.receiveBuffer,
        version,
      },
      now,
    );
  }

  /** The responder is under load and wants to see that we receive here: the same question again, with mac2. */
  receiveCookie(packet: Uint8Array, now: number): void {
    const receiver = cookieReceiver(packet);
    const session = receiver === undefined ? undefined : this.#context.find(receiver);
    const pending = session === undefined ? undefined : this.#pending.get(session);
    const init = pending?.initiation?.packet;
    if (pending === undefined || init === undefined) {
      this.#context.drop('handshake');
      return;
    }
    const { suite } = this.#context.config;
    const cookie = openCookie(suite, packet, init, pending.target.publicKey);
    if (cookie === undefined || pending.cookie?.at === now) {
      this.#context.drop('handshake');
      return;
    }
    // Much is lost at whoever is under load, and not all of it shall cost a quarter of a second.
    if (pending.cookie === undefined) {
      const roundTrips = RETRY_ROUND_TRIPS * (now - pending.sentAt);
      pending.retryMs = Math.min(MAX_RETRY_MS, Math.max(LEAST_RETRY_MS, roundTrips));
      this.#schedule(pending, now);
      this.#context.wake(pending.session);
    }
    pending.cookie = { bytes: cookie, at: now };
    writeMac2(suite, init, cookie);
    pending.sentAt = now;
    this.#context.send(pending.target.path, init);
  }

  forget(session: Session): void {
    this.#pending.delete(session);
    this.#targets.delete(session);
  }

  #start(session: Session, target: EndpointTarget, now: number): void {
    const times = { startedAt: now, nextAt: now, sentAt: now };
    const pending = { session, target, ...times, retryMs: FIRST_RETRY_MS, initiation: undefined, cookie: undefined };
    this.#pending.set(session, pending);
    this.#attempt(pending, now);
  }

  #attempt(pending: PendingHandshake, now: number): void {
    const { suite, random, receiveBuffer, versions } = this.#context.config;
    const { session, target, cookie } = pending;
    const { replaces } = target;
    pending.initiation = Initiation.create({
      suite,
      localStatic: this.#context.keys,
      ephemeral: suite.keyPair(random(32)),
      remoteStatic: target.publicKey,
      preSharedKey: target.preSharedKey,
      connectionId: session.localId,
      payload: {
        timestamp: this.#nextTimestamp(now),
        continues: session.remoteId,
        epoch: session.state === 'established' ? session.nextEpoch : 0,
        receiveBuffer,
        replaces: replaces?.state === 'established' ? replaces.remoteId : 0,
        versions,
      },
      cookie: cookie !== undefined && now - cookie.at < COOKIE_LIFE_MS ? cookie.bytes : undefined,
    });
    pending.sentAt = now;
    this.#schedule(pending, now);
    if (pending.initiation !== undefined) this.#context.send(target.path, pending.initiation.packet);
  }

  /** When the next attempt is made, unless there is an answer; after it twice as long is waited. */
  #schedule(pending: PendingHandshake, now: number): void {
    // Up to a tenth of jitter, so that many that lost the same server do not come back at once.
    const jitter = 1 + this.#context.config.random(1)[0]! / 2560;
    pending.nextAt = now + pending.retryMs * jitter;
    pending.retryMs = Math.min(MAX_RETRY_MS, pending.retryMs * 2);
  }

  /** Microseconds, always rising. */
  #nextTimestamp(now: number): number {
    this.#timestamp = Math.max(this.#timestamp + 1, Math.floor((this.#context.config.epochMs + now) * 1000));
    return this.#timestamp;
  }
}
