/**
 * A ledger record, 256 bytes, big-endian. A ledger file is nothing but records; the first is the genesis.
 *
 *     0  format u8 = 1         32  version u32              56  SHA-256 of the grant 32
 *     1  kind u8               36  allowed u32              88  nonce of the last release 32
 *     2  mode u8               40  used u32                120  device key 80
 *     3  reserved = 0          44  held in advance u32     200  offline views u32
 *     4  sequence u32          48  expires at u64 ms       204  released to u32
 *     8  time u64 ms                                       208  held until u64 ms
 *    16  grant id 16                                       216  reserved 8 = 0
 *                                                          224  hash 32
 *
 * hash = SHA-256(context ‖ hash of the record before ‖ bytes 0 … 223): checksum and chain in one. Each record tells the whole state of
 * its account, so the last one of an account is all that compaction keeps. In a genesis, bytes 16 … 31 are the ledger's id and
 * bytes 56 … 87 the head of the ledger that was compacted (zero in a new one); everything after byte 15 else is zero.
 */

import { type CryptoSuite, inContext } from '@p2pimg/identity';
import { concatBytes, equalBytes } from '@p2pimg/wire';
import { dataView, isZero } from '../bytes.ts';
import type { GrantMode } from '../grant/grant.ts';
import type { LedgerAccount } from './account.ts';

export const RECORD_BYTES = 256;
const HASHED_BYTES = 224;
const FORMAT = 1;
const CONTEXT = 'p2pimg ledger v1';
const MODES: readonly GrantMode[] = ['witnessed', 'offline', 'trusting'];

/** `checkpoint` repeats an account after compaction; `count` notes that the cloud has counted more. */
export type EntryKind = 'checkpoint' | 'grant' | 'view' | 'reserve' | 'count';
const KINDS: readonly (EntryKind | 'genesis')[] = ['genesis', 'checkpoint', 'grant', 'view', 'reserve', 'count'];

interface RecordHead {
  readonly sequence: number;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

export interface GenesisRecord extends RecordHead {
  readonly kind: 'genesis';
  readonly ledgerId: Uint8Array;
  readonly previousHead: Uint8Array;
}

export interface AccountRecord extends RecordHead {
  readonly kind: EntryKind;
  readonly account: LedgerAccount;
}

export type LedgerRecord = GenesisRecord | AccountRecord;

/** The hash before the genesis. */
export const NO_HEAD: Uint8Array = new Uint8Array(32);

export function encodeRecord(suite: CryptoSuite, record: LedgerRecord, previous: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HASHED_BYTES);
  const view = dataView(bytes);
  view.setUint8(0, FORMAT);
  view.setUint8(1, KINDS.indexOf(record.kind));
  view.setUint32(4, record.sequence);
  view.setBigUint64(8, BigInt(record.time));
  if (record.kind === 'genesis') {
    bytes.set(record.ledgerId, 16);
    bytes.set(record.previousHead, 56);
  } else {
    writeAccount(bytes, view, record.account);
  }
  return concatBytes(bytes, recordHash(suite, bytes, previous));
}

/** The hash by which the next record is chained to this one. */
export function headOf(record: Uint8Array): Uint8Array {
  return record.slice(HASHED_BYTES, RECORD_BYTES);
}

/** Undefined when these 256 bytes are no record that follows `previous`. */
export function decodeRecord(suite: CryptoSuite, bytes: Uint8Array, previous: Uint8Array): LedgerRecord | undefined {
  if (bytes.length !== RECORD_BYTES) return undefined;
  const hashed = bytes.subarray(0, HASHED_BYTES);
  if (!equalBytes(bytes.subarray(HASHED_BYTES), recordHash(suite, hashed, previous))) return undefined;
  const view = dataView(bytes);
  const kind = KINDS[view.getUint8(1)];
  const time = Number(view.getBigUint64(8));
  if (bytes[0] !== FORMAT || kind === undefined || !Number.isSafeInteger(time)) return undefined;
  const head = { sequence: view.getUint32(4), time };
  if (kind === 'genesis') return { kind, ...head, ledgerId: bytes.slice(16, 32), previousHead: bytes.slice(56, 88) };
  const account = readAccount(bytes, view);
  return account && { kind, ...head, account };
}

function writeAccount(bytes: Uint8Array, view: DataView, account: LedgerAccount): void {
  view.setUint8(2, MODES.indexOf(account.mode));
  bytes.set(account.grantId, 16);
  view.setUint32(32, account.version);
  view.setUint32(36, account.allowed);
  view.setUint32(40, account.used);
  view.setUint32(44, account.offlineLeft);
  view.setBigUint64(48, BigInt(account.expiresAt));
  bytes.set(account.grantHash, 56);
  bytes.set(account.nonce, 88);
  bytes.set(account.deviceKey, 120);
  view.setUint32(200, account.offlineViews);
  view.setUint32(204, account.releasedTo);
  view.setBigUint64(208, BigInt(account.heldUntil));
}

function readAccount(bytes: Uint8Array, view: DataView): LedgerAccount | undefined {
  const mode = MODES[view.getUint8(2)];
  const expiresAt = Number(view.getBigUint64(48));
  const heldUntil = Number(view.getBigUint64(208));
  if (mode === undefined || !Number.isSafeInteger(expiresAt) || !Number.isSafeInteger(heldUntil)) return undefined;
  if (!isZero(bytes.subarray(216, HASHED_BYTES))) return undefined;
  return {
    mode,
    grantId: bytes.slice(16, 32),
    version: view.getUint32(32),
    allowed: view.getUint32(36),
    used: view.getUint32(40),
    offlineLeft: view.getUint32(44),
    expiresAt,
    grantHash: bytes.slice(56, 88),
    nonce: bytes.slice(88, 120),
    deviceKey: bytes.slice(120, 200),
    offlineViews: view.getUint32(200),
    releasedTo: view.getUint32(204),
    heldUntil,
  };
}

function recordHash(suite: CryptoSuite, hashed: Uint8Array, previous: Uint8Array): Uint8Array {
  return suite.sha256(inContext(CONTEXT, previous, hashed));
}
