/** Image names and ids: `client<ID>-<name>` (SPEC D3). */

import { InvalidNameError } from './errors.ts';
import { MAX_NAME_LENGTH } from './limits.ts';

const NAME: RegExp = new RegExp(`^[\\p{L}\\p{N} ._-]{1,${MAX_NAME_LENGTH}}$`, 'u');
/** Such text is its own normal form, and most names are. */
const ASCII: RegExp = /^[ -~]*$/;
/** Most names: letters and digits of ASCII, `_` and `-` at both ends, blanks and dots between them. */
const PLAIN: RegExp = new RegExp(`^[A-Za-z0-9_-](?:[A-Za-z0-9 ._-]{0,${MAX_NAME_LENGTH - 2}}[A-Za-z0-9_-])?$`);
const OWNER = 'client';
const MAX_OWNER_DIGITS = 16;

/** Whether a name may be part of an image id: letters, digits, space, `.`, `_`, `-`; NFC; no blank ends; not dots alone. */
export function isImageName(name: string): boolean {
  if (PLAIN.test(name)) return true;
  const isNormal = ASCII.test(name) || name === name.normalize('NFC');
  return isNormal && NAME.test(name) && name === name.trim() && !/^\.+$/.test(name);
}

/**
 * Makes a name of a file's name: drops the folder and the extension, normalises to NFC, replaces what is not allowed by `_`.
 * @throws InvalidNameError when nothing is left.
 */
export function imageNameFromPath(path: string): string {
  const base = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  const stem = base.replace(/\.[^.]+$/u, '') || base;
  const name = [...stem.normalize('NFC').replace(/[^\p{L}\p{N} ._-]/gu, '_')].slice(0, MAX_NAME_LENGTH).join('').trim();
  if (!isImageName(name)) throw new InvalidNameError('no usable image name in the path');
  return name;
}

/** @throws InvalidNameError, RangeError */
export function imageId(clientId: number, name: string): string {
  if (!Number.isSafeInteger(clientId) || clientId < 1) throw new RangeError('client id out of range');
  if (!isImageName(name)) throw new InvalidNameError('the image name is not allowed');
  return `client${clientId}-${name}`;
}

/** Splits an image id. @throws InvalidNameError */
export function parseImageId(id: string): { readonly clientId: number; readonly name: string } {
  if (!isImageId(id)) throw new InvalidNameError('not an image id');
  const dash = id.indexOf('-');
  return { clientId: Number(id.slice(OWNER.length, dash)), name: id.slice(dash + 1) };
}

export function isImageId(id: string): boolean {
  const dash = endOfOwner(id);
  return dash >= 0 && Number.isSafeInteger(Number(id.slice(OWNER.length, dash))) && isImageName(id.slice(dash + 1));
}

/** Where the dash is after `client` and a number without leading zeros; -1 for text that does not begin so. */
function endOfOwner(id: string): number {
  if (!id.startsWith(OWNER)) return -1;
  let end = OWNER.length;
  while (isDigit(id.charCodeAt(end))) end += 1;
  const digits = end - OWNER.length;
  const isNumber = digits >= 1 && digits <= MAX_OWNER_DIGITS && id[OWNER.length] !== '0';
  return isNumber && id[end] === '-' ? end : -1;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/**
 * Makes text from the network safe to print on a terminal or in a log: control, format, surrogate and bidirectional
 * characters become `�`, and more than `limit` code points are cut with `…`.
 */
export function printable(text: string, limit = 200): string {
  const points = [...text.slice(0, 4 * limit)];
  const cut = points.length > limit || text.length > 4 * limit;
  const safe = points
    .slice(0, limit)
    .join('')
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return cut ? `${safe}…` : safe;
}
