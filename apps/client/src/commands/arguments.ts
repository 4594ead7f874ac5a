/** Arguments of commands, checked before anything is opened. */

import { MAX_VIEWS } from '@p2pimg/wire/limits';
import { parseImageId } from '@p2pimg/wire/names';
import { InvalidArgumentError } from 'commander';

/** A whole number of views. */
export function viewsArgument(text: string): number {
  const views = /^[0-9]{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(views >= 1 && views <= MAX_VIEWS)) {
    throw new InvalidArgumentError(`views are a whole number from 1 to ${MAX_VIEWS}`);
  }
  return views;
}

export function clientArgument(text: string): number {
  const id = /^[0-9]{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(id >= 1)) throw new InvalidArgumentError('a client is named by its number');
  return id;
}

export function imageArgument(text: string): string {
  try {
    parseImageId(text);
    return text;
  } catch {
    throw new InvalidArgumentError('an image is named like client6-puppy');
  }
}

/** The beginning of the id of a request or an offer, as the lists show it. */
export function idArgument(text: string): string {
  if (!/^[0-9a-f]{4,32}$/.test(text)) throw new InvalidArgumentError('at least four hexadecimal digits of the id');
  return text;
}

/** Of an image id that has been checked. */
export function ownerOf(imageId: string): number {
  return Number(/^client([0-9]+)-/.exec(imageId)?.[1]);
}
