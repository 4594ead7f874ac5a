/**
 * The viewer's ledger: which views have been spent. Every change returns the record that must be durable before the picture is
 * shown; a caller that could not write it must forget this object and read the file again.
 */

import type { CryptoSuite } from '@p2pimg/identity';
import { concatBytes, toHex } from '@p2pimg/wire';
import type { SignedGrant } from '../grant/grant.ts';
import {
  type LedgerAccount,
  openAccount,
  type ReleasedViews,
  type ReservedViews,
  withGrant,
  withOwnView,
  withoutLateViews,
  withReleasedView,
  withReservedViews,
  withUsed,
} from './account.ts';
import {
  ClockWentBackError,
  LedgerCorruptError,
  LedgerFullError,
  LedgerRolledBackError,
  UnknownGrantError,
} from './errors.ts';
import {
  decodeRecord,
  type EntryKind,
  encodeRecord,
  headOf,
  type LedgerRecord,
  NO_HEAD,
  RECORD_BYTES,
} from './record.ts';

/** 64 MiB. */
export const MAX_LEDGER_RECORDS: number = 262_144;
const MAX_SEQUENCE = 0xffff_ffff;

/** A change: what to write, and what is true once it is written. */
export interface LedgerEntry {
  /** 256 bytes to append. */
  readonly bytes: Uint8Array;
  readonly sequence: number;
  /** The record's hash, which a view receipt carries. */
  readonly head: Uint8Array;
  readonly account: LedgerAccount;
}

/** What can be read from a ledger. */
export interface LedgerView {
  /** Of the last record. */
  readonly sequence: number;
  /** The latest time in any record. */
  readonly highestTime: number;
  /** Records in the file. */
  readonly records: number;
  account(grantId: Uint8Array): LedgerAccount | undefined;
  accounts(): readonly LedgerAccount[];
}

export interface LedgerReading {
  readonly ledger: Ledger;
  /** Bytes at the end that are no whole record: what a crash left of an unacknowledged write. Cut them off before appending. */
  readonly torn: number;
}

/** A view that the ledger alone decides on. */
export interface OwnView {
  readonly grantId: Uint8Array;
  /** From the picture's rights band. */
  readonly ledgerSequence: number;
}

export class Ledger implements LedgerView {
  readonly #suite: CryptoSuite;
  readonly #ledgerId: Uint8Array;
  readonly #accounts: Map<string, LedgerAccount> = new Map();
  #sequence = 0;
  #highestTime = 0;
  #head: Uint8Array = NO_HEAD;
  #records = 0;

  private constructor(suite: CryptoSuite, ledgerId: Uint8Array) {
    this.#suite = suite;
    this.#ledgerId = ledgerId;
  }

  /** A new ledger and its first record. */
  static start(suite: CryptoSuite, now: number): { readonly ledger: Ledger; readonly bytes: Uint8Array } {
    const ledger = new Ledger(suite, suite.randomBytes(16));
    const genesis = {
      kind: 'genesis',
      sequence: 0,
      time: now,
      ledgerId: ledger.#ledgerId,
      previousHead: NO_HEAD,
    } as const;
    return { ledger, bytes: ledger.#write(genesis) };
  }

  /**
   * Replays a file. A last record that is incomplete or damaged was never acknowledged and is `torn`; damage before it is not
   * repaired.
   * @throws LedgerCorruptError, LedgerFullError
   */
  static read(suite: CryptoSuite, bytes: Uint8Array): LedgerReading {
    if (bytes.length > MAX_LEDGER_RECORDS * RECORD_BYTES)
      throw new LedgerFullError('the ledger is longer than allowed');
    const genesis = decodeRecord(suite, bytes.subarray(0, RECORD_BYTES), NO_HEAD);
    if (genesis?.kind !== 'genesis') throw new LedgerCorruptError(0, 'no ledger begins here');
    const ledger = new Ledger(suite, genesis.ledgerId);
    ledger.#follow(genesis, bytes.subarray(0, RECORD_BYTES));
    let offset = RECORD_BYTES;
    for (; offset < bytes.length; offset += RECORD_BYTES) {
      const slot = bytes.subarray(offset, offset + RECORD_BYTES);
      const record = decodeRecord(suite, slot, ledger.#head);
      if (record === undefined) {
        if (offset + RECORD_BYTES >= bytes.length) break;
        throw new LedgerCorruptError(offset, 'the record is damaged');
      }
      const problem = ledger.#contradiction(record);
      if (problem !== undefined) throw new LedgerCorruptError(offset, problem);
      ledger.#follow(record, slot);
    }
    return { ledger, torn: Math.max(0, bytes.length - offset) };
  }

  get sequence(): number {
    return this.#sequence;
  }

  get highestTime(): number {
    return this.#highestTime;
  }

  get records(): number {
    return this.#records;
  }

  account(grantId: Uint8Array): LedgerAccount | undefined {
    return this.#accounts.get(toHex(grantId));
  }

  accounts(): readonly LedgerAccount[] {
    return [...this.#accounts.values()];
  }

  /**
   * Takes over a verified grant, if it is newer, and a count of used views, if it is higher; drops views in advance of an earlier grant whose
   * time is over. Undefined when there is nothing to write.
   * @throws GrantConflictError
   */
  accept(grant: SignedGrant, used: number, now: number): LedgerEntry | undefined {
    const known = this.account(grant.grantId);
    if (known === undefined) return this.#append('grant', openAccount(this.#suite, grant, used), now);
    const next = withoutLateViews(withUsed(withGrant(this.#suite, known, grant), used), now);
    return next === known ? undefined : this.#append('grant', next, now);
  }

  /** Takes over the cloud's count, if it is higher. @throws UnknownGrantError */
  count(grantId: Uint8Array, used: number, now: number): LedgerEntry | undefined {
    const known = this.#known(grantId);
    const next = withUsed(known, used);
    return next === known ? undefined : this.#append('count', next, now);
  }

  /** Spends a view that the cloud has released. @throws UnknownGrantError, GrantModeError, ReleaseMismatchError, NoViewsLeftError */
  viewReleased(release: ReleasedViews, now: number): LedgerEntry {
    return this.#append('view', withReleasedView(this.#known(release.grantId), release), now);
  }

  /** Keeps views taken in advance. @throws UnknownGrantError, GrantModeError, ReleaseMismatchError, NoViewsLeftError */
  reserve(reserved: ReservedViews, now: number): LedgerEntry {
    return this.#append('reserve', withReservedViews(this.#known(reserved.grantId), reserved), now);
  }

  /**
   * Spends a view without the cloud.
   * @throws UnknownGrantError, ClockWentBackError, LedgerRolledBackError, GrantModeError, NoViewsLeftError, GrantExpiredError
   */
  viewOwn({ grantId, ledgerSequence }: OwnView, now: number): LedgerEntry {
    const known = this.#known(grantId);
    if (now < this.#highestTime) throw new ClockWentBackError('the clock shows an earlier time than it did');
    if (ledgerSequence > this.#sequence)
      throw new LedgerRolledBackError('the picture has seen a later ledger than this');
    return this.#append('view', withOwnView(known, now), now);
  }

  /** The same ledger in as few records as possible: genesis and one checkpoint per account. Sequence numbers go on rising. */
  compact(): { readonly ledger: Ledger; readonly bytes: Uint8Array } {
    const ledger = new Ledger(this.#suite, this.#ledgerId);
    const time = this.#highestTime;
    const genesis = { kind: 'genesis', ledgerId: this.#ledgerId, previousHead: this.#head } as const;
    const parts = [ledger.#write({ ...genesis, sequence: this.#nextSequence(), time })];
    for (const account of this.#accounts.values()) parts.push(ledger.#append('checkpoint', account, time).bytes);
    return { ledger, bytes: concatBytes(...parts) };
  }

  #known(grantId: Uint8Array): LedgerAccount {
    const account = this.account(grantId);
    if (account === undefined) throw new UnknownGrantError('the ledger has no such grant');
    return account;
  }

  #nextSequence(): number {
    if (this.#sequence >= MAX_SEQUENCE) throw new LedgerFullError('the ledger has used up its sequence numbers');
    return this.#sequence + 1;
  }

  #append(kind: EntryKind, account: LedgerAccount, time: number): LedgerEntry {
    if (this.#records >= MAX_LEDGER_RECORDS) throw new LedgerFullError(`the ledger has ${MAX_LEDGER_RECORDS} records`);
    const bytes = this.#write({ kind, account, time, sequence: this.#nextSequence() });
    return { bytes, sequence: this.#sequence, head: this.#head, account };
  }

  #write(record: LedgerRecord): Uint8Array {
    const bytes = encodeRecord(this.#suite, record, this.#head);
    this.#follow(record, bytes);
    return bytes;
  }

  #follow(record: LedgerRecord, bytes: Uint8Array): void {
    if (record.kind !== 'genesis') this.#accounts.set(toHex(record.account.grantId), record.account);
    this.#sequence = record.sequence;
    this.#highestTime = Math.max(this.#highestTime, record.time);
    this.#head = headOf(bytes);
    this.#records++;
  }

  /** What no honest writer could have appended here, in words. */
  #contradiction(record: LedgerRecord): string | undefined {
    if (record.kind === 'genesis') return 'a second beginning';
    if (record.sequence !== this.#sequence + 1) return 'the sequence has a gap';
    const { account } = record;
    if (account.offlineLeft > account.used) return 'more views held in advance than counted';
    if (account.releasedTo > account.used) return 'more views released than counted';
    const before = this.account(account.grantId);
    if (before === undefined) return undefined;
    if (account.version < before.version) return 'an older version of the grant';
    if (account.used < before.used || account.releasedTo < before.releasedTo) return 'views given back';
    return undefined;
  }
}
