export {
  ConflictError,
  type ConflictReason,
  DeniedError,
  type DeniedReason,
  DirectoryError,
  type ErrorCode,
  InvalidError,
  NotFoundError,
  type NotFoundReason,
  RefusedError,
  UnavailableError,
  type UnavailableReason,
} from './errors.ts';
export type {
  Claim,
  ClaimedMethod,
  ClientId,
  ClientRecord,
  Directory,
  DirectoryAnswer,
  DirectoryCall,
  DirectoryInfo,
  DirectoryMethod,
  NewResource,
  Notice,
  NoticeKind,
  OnlineClient,
  OpenDirectory,
  Outcome,
  Page,
  Pending,
  ReleasedView,
  ResourceRecord,
  StoredGrant,
  TokenRow,
  Visibility,
} from './interface.ts';
export { type DirectoryOptions, openDirectory } from './open.ts';
export { type CheckResult, checkDatabase } from './operations/check.ts';
export { migrate } from './operations/migrate.ts';
export { type DatabaseContent, type DatabaseStatus, databaseStatus, renewGeneration } from './operations/status.ts';
export type { Address } from './values.ts';
