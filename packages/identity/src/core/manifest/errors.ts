import { IdentityError } from '../errors.ts';

/** Too long, not JSON, or a field is missing, unknown or out of range. `path` names the field. */
export class MalformedManifestError extends IdentityError {
  override readonly name: string = 'MalformedManifestError';
  readonly path: string;
  constructor(path: string, problem: string) {
    super(`manifest${path ? ` ${path}` : ''}: ${problem}`);
    this.path = path;
  }
}

/** The signature is not the root key's over these very bytes. */
export class ManifestSignatureError extends IdentityError {
  override readonly name: string = 'ManifestSignatureError';
}

/** Past its expiry. */
export class ManifestExpiredError extends IdentityError {
  override readonly name: string = 'ManifestExpiredError';
}

/** Issued in the future: a wrong clock, here or at the operator's. */
export class ManifestNotYetValidError extends IdentityError {
  override readonly name: string = 'ManifestNotYetValidError';
}

/** Signed by another root key than the pinned one: an alarm. */
export class ManifestRootKeyError extends IdentityError {
  override readonly name: string = 'ManifestRootKeyError';
}

/** Of another cloud than the pinned one. */
export class ManifestCloudError extends IdentityError {
  override readonly name: string = 'ManifestCloudError';
}

/** A lower serial than one already seen. */
export class ManifestRolledBackError extends IdentityError {
  override readonly name: string = 'ManifestRolledBackError';
  readonly serial: number;
  readonly pinned: number;
  constructor(serial: number, pinned: number) {
    super(`the manifest has serial ${serial}, but ${pinned} was seen before`);
    this.serial = serial;
    this.pinned = pinned;
  }
}

/** Two different manifests with one serial. */
export class ManifestConflictError extends IdentityError {
  override readonly name: string = 'ManifestConflictError';
}

/** No server with that id, or one too many with it. */
export class ManifestServerError extends IdentityError {
  override readonly name: string = 'ManifestServerError';
}
