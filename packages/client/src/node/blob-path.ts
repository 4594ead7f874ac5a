import { join } from 'node:path';

const NAME = /^[0-9a-f]{32}$/;

/** The file of a picture. @throws RangeError for what is no such name */
export function blobPath(folder: string, blob: string): string {
  if (!NAME.test(blob)) throw new RangeError('not the name of a picture file');
  return join(folder, `${blob}.png`);
}
