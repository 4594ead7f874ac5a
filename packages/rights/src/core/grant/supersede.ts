import { equalBytes } from '@p2pimg/wire';
import { GrantConflictError, GrantMismatchError } from './errors.ts';

/** What the rule needs of a verified grant: its id, its version and its bytes (or their hash). */
export interface GrantVersion {
  readonly grantId: Uint8Array;
  readonly version: number;
  readonly bytes: Uint8Array;
}

/**
 * Whether `candidate` replaces `current`: the highest version wins, in whatever order, and however often, they arrive. The same grant
 * again replaces nothing.
 * @throws GrantConflictError the same version with other bytes; GrantMismatchError two different grants
 */
export function supersedes(candidate: GrantVersion, current: GrantVersion): boolean {
  if (!equalBytes(candidate.grantId, current.grantId)) throw new GrantMismatchError('these are two different grants');
  if (candidate.version === current.version && !equalBytes(candidate.bytes, current.bytes)) {
    throw new GrantConflictError(`two grants have the version ${candidate.version}`);
  }
  return candidate.version > current.version;
}
