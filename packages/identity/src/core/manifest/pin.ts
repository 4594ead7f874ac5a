/** What a client remembers of its cloud, so that nobody can give it another or an older one. */

import { equalBytes } from '@p2pimg/wire';
import {
  ManifestCloudError,
  ManifestConflictError,
  ManifestExpiredError,
  ManifestNotYetValidError,
  ManifestRolledBackError,
  ManifestRootKeyError,
} from './errors.ts';
import type { SignedManifest } from './signed.ts';

/** How far clocks of honest people differ. */
export const MAX_CLOCK_SKEW_MS: number = 10 * 60 * 1000;

export interface ManifestPin {
  readonly cloudId: string;
  readonly rootKey: Uint8Array;
  readonly serial: number;
  /** SHA-256 of the payload with that serial. */
  readonly digest: Uint8Array;
}

/**
 * Accepts a manifest at the time `now` (milliseconds since the epoch) and returns the pin to remember durably. Without a pin the
 * root key is taken on trust: show its `rootFingerprint`.
 * @throws ManifestRootKeyError, ManifestCloudError, ManifestRolledBackError, ManifestConflictError, ManifestExpiredError,
 * ManifestNotYetValidError
 */
export function acceptManifest(pin: ManifestPin | undefined, signed: SignedManifest, now: number): ManifestPin {
  const { manifest, rootKey, digest } = signed;
  if (pin !== undefined) {
    if (!equalBytes(pin.rootKey, rootKey)) throw new ManifestRootKeyError('the manifest is signed by another root key');
    if (pin.cloudId !== manifest.cloudId) throw new ManifestCloudError('the manifest is of another cloud');
    if (manifest.serial < pin.serial) throw new ManifestRolledBackError(manifest.serial, pin.serial);
    if (manifest.serial === pin.serial && !equalBytes(pin.digest, digest)) {
      throw new ManifestConflictError(`two manifests have the serial ${pin.serial}`);
    }
  }
  if (now >= manifest.expiresAt) throw new ManifestExpiredError('the manifest has expired');
  if (now < manifest.issuedAt - MAX_CLOCK_SKEW_MS) {
    throw new ManifestNotYetValidError('the manifest was issued in the future: is the clock right?');
  }
  return { cloudId: manifest.cloudId, rootKey, serial: manifest.serial, digest };
}
