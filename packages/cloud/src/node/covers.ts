import { readdir, readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { CoverError } from './errors.ts';

/** A cover as a file; threads decode and compile it themselves. */
export interface CoverFile {
  /** `[a-z0-9-]{1,32}`: how clients ask for it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

const NAME = /^[a-z0-9-]{1,32}$/;
const MAX_COVERS = 64;
const MAX_COVER_BYTES = 64 * 1024 * 1024;

/**
 * Reads every PNG and JPEG of a folder; a cover's name is its file's, without the extension.
 * @throws CoverError
 */
export async function readCovers(folder: string): Promise<readonly CoverFile[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CoverError(`cannot read the folder of covers ${folder}`, { cause });
  });
  const pictures = names.filter((name) => /\.(png|jpe?g)$/i.test(name)).sort();
  if (pictures.length === 0) throw new CoverError(`${folder} holds no PNG or JPEG`);
  if (pictures.length > MAX_COVERS) throw new CoverError(`${folder} holds more than ${MAX_COVERS} pictures`);
  return Promise.all(pictures.map((name) => readCover(join(folder, name))));
}

async function readCover(path: string): Promise<CoverFile> {
  const name = basename(path, extname(path)).toLowerCase();
  if (!NAME.test(name)) throw new CoverError(`${path}: a cover's name has up to 32 letters a-z, digits and hyphens`);
  const bytes = await readFile(path);
  if (bytes.length > MAX_COVER_BYTES) throw new CoverError(`${path} is longer than ${MAX_COVER_BYTES} bytes`);
  return { name, bytes };
}
