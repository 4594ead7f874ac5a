export {
  BAND_BYTES,
  BandTamperedError,
  bandGrant,
  encodeBand,
  MalformedBandError,
  openBand,
  type RightsBand,
} from './core/band.ts';
export { CONTENT_KEY_BYTES, joinContentKey, type KeyShares, splitContentKey } from './core/content-key.ts';
export { RightsError } from './core/errors.ts';
export {
  decodeGrant,
  GRANT_BYTES,
  type GrantExpectation,
  signGrant,
  verifyGrant,
} from './core/grant/codec.ts';
export {
  GrantConflictError,
  GrantMismatchError,
  GrantSignatureError,
  MalformedGrantError,
} from './core/grant/errors.ts';
export {
  GRANT_ID_BYTES,
  type Grant,
  type GrantMode,
  grantIdOf,
  imageIdHash,
  isExpired,
  SEALED_KEY_BYTES,
  type SignedGrant,
} from './core/grant/grant.ts';
export { type GrantVersion, supersedes } from './core/grant/supersede.ts';
export {
  accountLeft,
  accountUsed,
  decidesAlone,
  type LedgerAccount,
  type ReleasedViews,
  type ReservedViews,
} from './core/ledger/account.ts';
export {
  ClockWentBackError,
  GrantExpiredError,
  GrantModeError,
  LedgerCorruptError,
  LedgerFullError,
  LedgerRolledBackError,
  NoViewsLeftError,
  ReleaseMismatchError,
  UnknownGrantError,
} from './core/ledger/errors.ts';
export {
  Ledger,
  type LedgerEntry,
  type LedgerReading,
  type LedgerView,
  MAX_LEDGER_RECORDS,
  type OwnView,
} from './core/ledger/ledger.ts';
export { RECORD_BYTES } from './core/ledger/record.ts';
export {
  MalformedReceiptError,
  RECEIPT_BYTES,
  ReceiptSignatureError,
  signReceipt,
  type ViewReceipt,
  verifyReceipt,
} from './core/receipt.ts';
export {
  allowedToLeave,
  decreaseAllowed,
  increaseAllowed,
  REVOKED,
  type ViewCounts,
  ViewsLimitError,
  ViewsRangeError,
  viewsLeft,
} from './core/views.ts';
export { LedgerFile, type LedgerFileOptions, LedgerUnavailableError } from './node/ledger-file.ts';
export { SealedKeyError } from './sealing/hpke.ts';
export {
  ClusterKeyNeededError,
  type GrantSecrets,
  type GrantTerms,
  type IssuedGrant,
  issueGrant,
} from './sealing/issue.ts';
export {
  MissingKeyError,
  makeReleaseKey,
  openCloudShare,
  openDeviceKey,
  openRelease,
  openViewerShare,
  type Release,
  sealDeviceKey,
  sealRelease,
} from './sealing/shares.ts';
