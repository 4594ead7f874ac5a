/** A person's picture file, and the name that its image gets. */

import { open } from 'node:fs/promises';
import { imageNameFromPath, isImageName, MAX_HIDDEN_FILE_BYTES, printable } from '@p2pimg/wire';
import { PictureError } from './errors.ts';

/** @throws PictureError */
export async function readPicture(path: string): Promise<Uint8Array> {
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw new PictureError(
      `${printable(path)}: ${error.code === 'ENOENT' ? 'no such file' : (error.code ?? 'cannot be read')}`,
      {
        cause: error,
      },
    );
  });
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw new PictureError(`${printable(path)} is not a file`);
    if (stats.size > MAX_HIDDEN_FILE_BYTES) {
      throw new PictureError(`the picture has ${stats.size} bytes; at most ${MAX_HIDDEN_FILE_BYTES} are allowed`);
    }
    return new Uint8Array(await handle.readFile());
  } finally {
    await handle.close();
  }
}

/** @throws PictureError */
export function pictureName(picture: string | Uint8Array, given: string | undefined): string {
  const name = given ?? (typeof picture === 'string' ? imageNameFromPath(picture) : undefined);
  if (name === undefined || !isImageName(name)) {
    throw new PictureError('a picture needs a name: 1 to 64 letters, digits, spaces, ".", "_" or "-"');
  }
  return name;
}
