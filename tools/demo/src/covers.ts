import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the servers of the demo hide pictures in. */
export const COVERS: string = fileURLToPath(new URL('../assets/covers', import.meta.url));
export const DEFAULT_COVER = 'coffee';
export const COVER_PATH: string = join(COVERS, `${DEFAULT_COVER}.jpg`);
