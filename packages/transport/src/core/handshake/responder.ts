import { commonVersion, HANDSHAKE_INIT_BYTES, HandshakeStatus, INIT } from '@p2pimg/wire';
import { EpochKeys } from '../keys/epoch-keys.ts';
import type { Path } from '../path.ts';
import type { Session } from '../session/session.ts';
import { AddressQuota } from './address-quota.ts';
import type { HandshakeContext } from './context.ts';
import { CookieIssuer } from './cookies.ts';
import { LoadGate, type Turn } from './load-gate.ts';
import { Mac1 } from './macs.ts';
import { type PeerRecord, PeerTable } from './peer-table.ts';
import { type OpenedInit, openInit } from './response.ts';

/** Before the first sample. */
const INITIAL_ROUND_TRIP_MS = 50;

/** Who may have a session, and what it will be like. */
interface Applicant {
  readonly init: OpenedInit;
  readonly record: PeerRecord;
  readonly preSharedKey: Uint8Array | undefined;
  readonly version: number;
}

/** Answers message 1: the order of its steps is the defence (docs/protocol/handshake.md). */
export class Responder {
  readonly #context: HandshakeContext;
  readonly #mac1: Mac1;
  readonly #peers = new PeerTable();
  readonly #gate: LoadGate;
  readonly #quota: AddressQuota;
  readonly #cookies: CookieIssuer;

  constructor(context: HandshakeContext) {
    const { suite, random } = context.config;
    this.#context = context;
    this.#quota = new AddressQuota(context.config.limits);
    this.#gate = new LoadGate(random);
    this.#mac1 = new Mac1(suite, context.keys.publicKey);
    this.#cookies = new CookieIssuer(suite, random, context.keys.publicKey);
  }

  receive(packet: Uint8Array, path: Path, now: number): void {
    if (packet.length !== HANDSHAKE_INIT_BYTES) {
      this.#context.drop('malformed');
      return;
    }
    // Not each of those that ask on and on without proof: to check even mac1 is a fifth of what a flood costs.
    const turn = hasProof(packet) ? 'own' : this.#gate.turnOf(path, now);
    if (turn === undefined) {
      this.#context.drop('rate');
      return;
    }
    if (!this.#mac1.verify(packet, INIT.mac1)) {
      this.#context.drop('mac');
      return;
    }
    const address = this.#examine(packet, turn, path, now);
    if (address === 'refused') return;
    const { suite } = this.#context.config;
    const init = openInit(packet, suite, this.#context.keys, () => suite.keyPair(this.#context.config.random(32)));
    if (init === undefined) {
      this.#context.drop('handshake');
      return;
    }
    const record = this.#peers.admitTimestamp(init.remoteStatic, init.payload.timestamp, now);
    if (record === undefined) {
      this.#context.drop('timestamp');
      return;
    }
    const admission = this.#context.config.admit(init.remoteStatic, path);
    if (!admission.admit) {
      this.#context.drop('not-admitted');
      this.#answer(init, HandshakeStatus.refused, path);
      return;
    }
    const keys = admission.preSharedKeys ?? [];
    if (init.preShared !== keys.length > 0) {
      this.#context.drop('not-admitted');
      return;
    }
    const preSharedKey = keys[record.attempts % Math.max(1, keys.length)];
    if (init.payload.continues !== 0) {
      this.#continue(init, record, preSharedKey, path, now);
      return;
    }
    if (this.#has(init)) {
      record.attempts++;
      this.#answer(init, HandshakeStatus.known, path, preSharedKey);
      return;
    }
    const version = commonVersion(this.#context.config.versions, init.payload.versions);
    if (version === undefined) {
      record.attempts++;
      this.#context.drop('no-common-version');
      this.#context.config.incompatible?.(init.remoteStatic, path, init.payload.versions);
      this.#answer(init, HandshakeStatus.refused, path, preSharedKey);
      return;
    }
    // Who comes back takes no more room than it has: its older session ends when the new one is proven.
    const returns = record.established !== undefined;
    if (!returns && !this.#quota.hasRoom(path.host, this.#context.sessionCount)) {
      this.#context.drop('too-many-sessions');
      this.#answer(init, HandshakeStatus.full, path);
      return;
    }
    const session = this.#admit({ init, record, preSharedKey, version }, path, now);
    if (session !== undefined) this.#quota.opened(session, path.host, address === 'proven');
  }

  /** The initiator has proven itself: its earlier session, if any, is of a process or a link that is gone. */
  confirmed(session: Session, now: number): void {
    this.#quota.proven(session);
    const record = this.#peers.find(session.remoteKey);
    if (record === undefined) return;
    const older = record.established;
    record.attempts = 0;
    record.unconfirmed = undefined;
    record.established = session;
    if (older !== undefined && older !== session) older.close('remote', now);
  }

  forget(session: Session): void {
    this.#quota.forget(session);
    const record = this.#peers.find(session.remoteKey);
    if (record?.established === session) record.established = undefined;
    if (record?.unconfirmed === session) record.unconfirmed = undefined;
  }

  /**
   * Whether an init with a right mac1 is worth Diffie–Hellman, and whether its address is known to be the sender's: in calm
   * all are, unless many from there came to nothing; else only those with a cookie, so many from each address.
   */
  #examine(init: Uint8Array, turn: Turn, path: Path, now: number): 'refused' | 'unproven' | 'proven' {
    const busy = this.#gate.arrive(turn, now);
    if (hasProof(init)) {
      if (!this.#cookies.verify(init, path, now)) {
        this.#context.drop('mac');
        return 'refused';
      }
      if (!busy || this.#gate.mayStart(path.host, now)) return 'proven';
      this.#context.drop('rate');
      return 'refused';
    }
    if (!busy && !this.#quota.wantsProof(path.host)) return 'unproven';
    this.#context.drop('rate');
    this.#gate.proves(path, now);
    this.#context.send(path, this.#cookies.reply(init, path, now));
    return 'refused';
  }

  /** New keys inside a session: only for its own initiator, and only the next epoch. Unknown sessions are not answered. */
  #continue(init: OpenedInit, record: PeerRecord, preSharedKey: Uint8Array | undefined, path: Path, now: number): void {
    const { suite, receiveBuffer, versions } = this.#context.config;
    const { epoch, continues } = init.payload;
    const session = this.#context.find(continues);
    const known = session?.state === 'established' && !session.initiator && session.nextEpoch === epoch;
    if (session === undefined || !known || !suite.equal(session.remoteKey, init.remoteStatic)) {
      this.#context.drop('unknown-connection');
      return;
    }
    record.attempts++;
    const status = HandshakeStatus.accepted;
    const response = init.respond({ connectionId: continues, status, epoch, receiveBuffer, versions }, preSharedKey);
    if (response === undefined) {
      this.#context.drop('handshake');
      return;
    }
    this.#context.send(path, response.packet);
    const { initiatorToResponder: receive, responderToInitiator: send } = response.secrets;
    session.addEpoch(new EpochKeys(suite, epoch, { send, receive }, now), now);
  }

  /**
   * Whether the session that the initiator has doubts about is here. Then we have only been slow, and what is under way on it
   * shall go on; it is lost to whoever has really started again.
   */
  #has(init: OpenedInit): boolean {
    const { replaces } = init.payload;
    const session = replaces === 0 ? undefined : this.#context.find(replaces);
    if (session?.state !== 'established' && session?.state !== 'unconfirmed') return false;
    return this.#context.config.suite.equal(session.remoteKey, init.remoteStatic);
  }

  /** Answers without keeping anything. Impossible, and left out, where another pre-shared key is wanted. */
  #answer(init: OpenedInit, status: HandshakeStatus, path: Path, preSharedKey?: Uint8Array): void {
    const { epoch } = init.payload;
    const { versions } = this.#context.config;
    const response = init.respond({ connectionId: 0, status, epoch, receiveBuffer: 0, versions }, preSharedKey);
    if (response !== undefined) this.#context.send(path, response.packet);
  }

  #admit({ init, record, preSharedKey, version }: Applicant, path: Path, now: number): Session | undefined {
    record.attempts++;
    record.unconfirmed?.close('handshake-timeout', now);
    const session = this.#context.newSession(init.remoteStatic, false);
    const { epoch, receiveBuffer } = init.payload;
    const response = init.respond(
      {
        connectionId: session.localId,
        status: HandshakeStatus.accepted,
        epoch,
        receiveBuffer: this.#context.config.receiveBuffer,
        versions: this.#context.config.versions,
      },
      preSharedKey,
    );
    if (response === undefined) {
      this.#context.forget(session);
      this.#context.drop('handshake');
      return undefined;
    }
    record.unconfirmed = session;
    this.#context.send(path, response.packet);
    const { initiatorToResponder, responderToInitiator } = response.secrets;
    const secrets = { send: responderToInitiator, receive: initiatorToResponder };
    session.establish(
      {
        keys: new EpochKeys(this.#context.config.suite, epoch, secrets, now),
        remoteId: init.remoteId,
        path,
        roundTripMs: INITIAL_ROUND_TRIP_MS,
        peerBuffer: receiveBuffer,
        version,
      },
      now,
    );
    return session;
  }
}

/** Whether it carries a mac2, right or wrong. */
function hasProof(init: Uint8Array): boolean {
  for (let i = INIT.mac2; i < init.length; i++) if (init[i] !== 0) return true;
  return false;
}
