/** What a ledger knows of one grant, and how each event changes it. */

import type { CryptoSuite } from '@p2pimg/identity';
import { equalBytes } from '@p2pimg/wire';
import { GrantConflictError } from '../grant/errors.ts';
import { type GrantMode, isExpired, SEALED_KEY_BYTES, type SignedGrant } from '../grant/grant.ts';
import { viewsLeft } from '../views.ts';
import { GrantExpiredError, GrantModeError, NoViewsLeftError, ReleaseMismatchError } from './errors.ts';

export interface LedgerAccount {
  readonly grantId: Uint8Array;
  readonly mode: GrantMode;
  readonly version: number;
  readonly allowed: number;
  /** Views that the cloud has counted (mode `trusting`: that were shown). Those taken in advance are among them. */
  readonly used: number;
  /**
   * The cloud's count at the last release that was spent or taken in advance here, at most `used`. Each release must lie above it: a
   * count that was only heard of does not make the release it belongs to look repeated.
   */
  readonly releasedTo: number;
  /** Views taken in advance and not yet shown; never more than `used`. */
  readonly offlineLeft: number;
  /** How many views may be taken in advance; 0 but in mode `offline`. */
  readonly offlineViews: number;
  readonly expiresAt: number;
  /**
   * In another mode than `offline`: until when views taken in advance under an earlier grant may be shown; 0 when there were none. In mode
   * `offline` 0, for they go by the grant's own end.
   */
  readonly heldUntil: number;
  /** SHA-256 of the grant's bytes. */
  readonly grantHash: Uint8Array;
  /** Nonce of the last release; zero when there was none. */
  readonly nonce: Uint8Array;
  /** The content key sealed to this device, 80 bytes; zero when no views are held in advance. */
  readonly deviceKey: Uint8Array;
}

/** The cloud's answer to a request for one view, or for several in advance. */
export interface ReleasedViews {
  readonly grantId: Uint8Array;
  /**
   * The version that the request carried. It may be older than the account's: newer rights arrive while the cloud counts a view, or
   * before a crash that keeps the rest of the client from knowing them. The cloud counts all versions of a grant together.
   */
  readonly version: number;
  /** The cloud's count after the release. */
  readonly used: number;
  /** The public half that the request carried. */
  readonly nonce: Uint8Array;
}

/** Views taken in advance. */
export interface ReservedViews extends ReleasedViews {
  readonly views: number;
  /** The content key, sealed by `sealDeviceKey`. */
  readonly deviceKey: Uint8Array;
}

const NO_NONCE: Uint8Array = new Uint8Array(32);
const NO_DEVICE_KEY: Uint8Array = new Uint8Array(SEALED_KEY_BYTES);

/** Views that have been shown. */
export function accountUsed({ used, offlineLeft }: LedgerAccount): number {
  return used - offlineLeft;
}

/** Views that can still be shown, with the cloud's help or without. */
export function accountLeft(account: LedgerAccount): number {
  return viewsLeft(account) + account.offlineLeft;
}

export function openAccount(suite: CryptoSuite, grant: SignedGrant, used: number): LedgerAccount {
  const { grantId, mode, version, allowed, offlineViews, expiresAt } = grant;
  const rest = {
    offlineLeft: 0,
    releasedTo: 0,
    heldUntil: 0,
    grantHash: suite.sha256(grant.bytes),
    nonce: NO_NONCE,
    deviceKey: NO_DEVICE_KEY,
  };
  return { grantId, mode, version, allowed, used, offlineViews, expiresAt, ...rest };
}

/**
 * The account under a newer grant; the same account when the grant is known or older. Views held in advance stay, whatever the mode, as far
 * as the new grant covers them; those it does not cover are gone, and stay counted.
 * @throws GrantConflictError
 */
export function withGrant(suite: CryptoSuite, account: LedgerAccount, grant: SignedGrant): LedgerAccount {
  if (grant.version < account.version) return account;
  if (grant.version === account.version) {
    if (equalBytes(account.grantHash, suite.sha256(grant.bytes))) return account;
    throw new GrantConflictError(`two grants have the version ${grant.version}`);
  }
  const covered = Math.max(0, grant.allowed - accountUsed(account));
  const { nonce, releasedTo } = account;
  const heldUntil = grant.mode === 'offline' ? 0 : endOfHeld(account);
  const kept = { ...openAccount(suite, grant, account.used), releasedTo, nonce, heldUntil };
  return withHeld(kept, account, Math.min(account.offlineLeft, covered));
}

/** Without views of an earlier grant whose time is over; the same account when there are none. */
export function withoutLateViews(account: LedgerAccount, now: number): LedgerAccount {
  if (account.heldUntil === 0 || now < account.heldUntil) return account;
  return { ...withHeld(account, account, 0), heldUntil: 0 };
}

/** Whether views are shown on the ledger's word alone, so that an older one in its place must be noticed. */
export function decidesAlone({ mode, heldUntil }: LedgerAccount): boolean {
  return mode !== 'witnessed' || heldUntil !== 0;
}

/** Until when views held in advance may be shown; 0 when none were ever held. */
function endOfHeld({ mode, offlineLeft, expiresAt, heldUntil }: LedgerAccount): number {
  if (mode !== 'offline') return heldUntil;
  return offlineLeft === 0 ? 0 : expiresAt;
}

function withHeld(account: LedgerAccount, { deviceKey }: LedgerAccount, offlineLeft: number): LedgerAccount {
  return { ...account, offlineLeft, deviceKey: offlineLeft === 0 ? NO_DEVICE_KEY : deviceKey };
}

/** The cloud (or the picture) has counted more than this ledger: views spent by a crash, or on another device. */
export function withUsed(account: LedgerAccount, used: number): LedgerAccount {
  return used > account.used ? { ...account, used } : account;
}

/** One view that the cloud has counted. @throws GrantModeError, ReleaseMismatchError, NoViewsLeftError */
export function withReleasedView(account: LedgerAccount, release: ReleasedViews): LedgerAccount {
  checkRelease(account, release, 1);
  return { ...account, ...counted(account, release) };
}

/** Views that the cloud has counted in advance. @throws GrantModeError, ReleaseMismatchError, NoViewsLeftError */
export function withReservedViews(account: LedgerAccount, reserved: ReservedViews): LedgerAccount {
  const { views, deviceKey } = reserved;
  if (account.mode !== 'offline') throw new GrantModeError('this grant gives no views in advance');
  if (reserved.version !== account.version) throw new ReleaseMismatchError('views in advance need the newest version');
  const offlineLeft = account.offlineLeft + views;
  if (!Number.isInteger(views) || views < 1 || offlineLeft > account.offlineViews) {
    throw new ReleaseMismatchError(`at most ${account.offlineViews} views can be held in advance`);
  }
  checkRelease(account, reserved, views);
  return { ...account, ...counted(account, reserved), offlineLeft, deviceKey };
}

/**
 * One view without the cloud: from those held in advance, or in mode `trusting`.
 * @throws GrantModeError, NoViewsLeftError, GrantExpiredError
 */
export function withOwnView(account: LedgerAccount, now: number): LedgerAccount {
  const { mode, offlineLeft } = account;
  if (mode === 'witnessed' && offlineLeft === 0)
    throw new GrantModeError('the cloud must release each view of this grant');
  if (isExpired(account, now)) throw new GrantExpiredError('the grant has expired');
  if (offlineLeft > 0) {
    if (mode !== 'offline' && now >= account.heldUntil)
      throw new GrantExpiredError('the time of the views held in advance is over');
    return withHeld(account, account, offlineLeft - 1);
  }
  if (mode === 'offline') throw new NoViewsLeftError('no views are held in advance');
  if (viewsLeft(account) === 0) throw new NoViewsLeftError('no views are left');
  return { ...account, used: account.used + 1 };
}

function counted(
  account: LedgerAccount,
  { used, nonce }: ReleasedViews,
): Pick<LedgerAccount, 'used' | 'releasedTo' | 'nonce'> {
  return { used: Math.max(account.used, used), releasedTo: used, nonce };
}

function checkRelease(account: LedgerAccount, { version, used, nonce }: ReleasedViews, views: number): void {
  if (account.mode === 'trusting') throw new GrantModeError('the cloud counts no views of this grant');
  if (version > account.version) throw new ReleaseMismatchError('the release is for a version that is not known here');
  if (!Number.isInteger(used) || used < account.releasedTo + views) {
    throw new ReleaseMismatchError('the count of the cloud does not rise');
  }
  if (equalBytes(nonce, account.nonce)) throw new ReleaseMismatchError('this release was used before');
  if (used > account.allowed) throw new NoViewsLeftError('the cloud released more than the grant allows');
}
