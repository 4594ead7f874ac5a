import { RightsError } from '../errors.ts';

/** A record before the last one is damaged: nothing is guessed, because a guess could give views back. */
export class LedgerCorruptError extends RightsError {
  override readonly name: string = 'LedgerCorruptError';
  /** Offset of the first byte that cannot be believed. */
  readonly offset: number;
  constructor(offset: number, problem: string) {
    super(`ledger, byte ${offset}: ${problem}`);
    this.offset = offset;
  }
}

/** More records than a ledger may have: compact it. */
export class LedgerFullError extends RightsError {
  override readonly name: string = 'LedgerFullError';
}

/** The ledger has never seen a grant of that id. */
export class UnknownGrantError extends RightsError {
  override readonly name: string = 'UnknownGrantError';
}

/** All views are used, or the grant was revoked. */
export class NoViewsLeftError extends RightsError {
  override readonly name: string = 'NoViewsLeftError';
}

/** Past the grant's expiry. */
export class GrantExpiredError extends RightsError {
  override readonly name: string = 'GrantExpiredError';
}

/** The clock shows less than it did: without the cloud, nothing is shown until it is right again. */
export class ClockWentBackError extends RightsError {
  override readonly name: string = 'ClockWentBackError';
}

/** The picture knows of later records than this ledger has: an old ledger was put in place. */
export class LedgerRolledBackError extends RightsError {
  override readonly name: string = 'LedgerRolledBackError';
}

/** The grant's mode does not allow this. */
export class GrantModeError extends RightsError {
  override readonly name: string = 'GrantModeError';
}

/** An answer of the cloud that does not fit what the ledger knows: an unknown version, a count that does not rise, a nonce used before. */
export class ReleaseMismatchError extends RightsError {
  override readonly name: string = 'ReleaseMismatchError';
}
