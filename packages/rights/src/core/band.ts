/**
 * The rights band: what level 2 of the stego picture carries. 512 bytes, big-endian:
 *
 *     0  format u8 = 1        468  used views, for display, u32      480  HMAC-SHA-256 32 over bytes 0 … 479
 *     1  reserved 3 = 0       472  ledger sequence u32
 *     4  grant 464            476  reserved 4 = 0
 *
 * The key of the MAC comes from the viewer's share by HKDF: who cannot open the share cannot make a band.
 */

import { type CryptoSuite, inContext } from '@p2pimg/identity';
import { equalBytes } from '@p2pimg/wire';
import { dataView, isZero } from './bytes.ts';
import { RightsError } from './errors.ts';
import { GRANT_BYTES } from './grant/codec.ts';
import { GRANT_ID_BYTES } from './grant/grant.ts';

export const BAND_BYTES = 512;
const AUTHENTICATED_BYTES = 480;
const GRANT_AT = 4;
const FORMAT = 1;
const CONTEXT = 'p2pimg rights band v1';

export interface RightsBand {
  /** The signed grant, 464 bytes, not verified here. */
  readonly grant: Uint8Array;
  /** Views used, as shown in lists. What counts is the ledger and the cloud. */
  readonly used: number;
  /** The ledger's last record when the band was written: a ledger that is behind it was rolled back. */
  readonly ledgerSequence: number;
}

/** Not a band of format 1. */
export class MalformedBandError extends RightsError {
  override readonly name: string = 'MalformedBandError';
}

/** The band was changed by somebody without the viewer's share, or the share is of another grant. */
export class BandTamperedError extends RightsError {
  override readonly name: string = 'BandTamperedError';
}

/** @param viewerShare 32 bytes, unsealed */
export function encodeBand(suite: CryptoSuite, band: RightsBand, viewerShare: Uint8Array): Uint8Array {
  if (band.grant.length !== GRANT_BYTES) throw new MalformedBandError(`a grant has ${GRANT_BYTES} bytes`);
  const bytes = new Uint8Array(BAND_BYTES);
  const view = dataView(bytes);
  view.setUint8(0, FORMAT);
  bytes.set(band.grant, GRANT_AT);
  view.setUint32(468, band.used);
  view.setUint32(472, band.ledgerSequence);
  bytes.set(bandMac(suite, bytes, viewerShare), AUTHENTICATED_BYTES);
  return bytes;
}

/**
 * The grant inside a band, needed to find the share that opens the band. The band is not to be believed before {@link openBand}.
 * @throws MalformedBandError
 */
export function bandGrant(bytes: Uint8Array): Uint8Array {
  checkLayout(bytes);
  return bytes.slice(GRANT_AT, GRANT_AT + GRANT_BYTES);
}

/** @throws MalformedBandError, BandTamperedError */
export function openBand(suite: CryptoSuite, bytes: Uint8Array, viewerShare: Uint8Array): RightsBand {
  checkLayout(bytes);
  if (!equalBytes(bytes.subarray(AUTHENTICATED_BYTES), bandMac(suite, bytes, viewerShare))) {
    throw new BandTamperedError('the rights in this picture have been changed');
  }
  const view = dataView(bytes);
  return { grant: bandGrant(bytes), used: view.getUint32(468), ledgerSequence: view.getUint32(472) };
}

function checkLayout(bytes: Uint8Array): void {
  if (bytes.length !== BAND_BYTES) throw new MalformedBandError(`a rights band has ${BAND_BYTES} bytes`);
  if (bytes[0] !== FORMAT) throw new MalformedBandError('the rights band has another format');
  if (!isZero(bytes.subarray(1, 4)) || !isZero(bytes.subarray(476, 480))) {
    throw new MalformedBandError('reserved bytes of the rights band are not zero');
  }
}

function bandMac(suite: CryptoSuite, bytes: Uint8Array, viewerShare: Uint8Array): Uint8Array {
  const grantId = bytes.subarray(GRANT_AT + 4, GRANT_AT + 4 + GRANT_ID_BYTES);
  const key = suite.hkdfSha256(viewerShare, grantId, inContext(CONTEXT), 32);
  return suite.hmacSha256(key, bytes.subarray(0, AUTHENTICATED_BYTES));
}
