import { DirectoryError, type OpenDirectory, openDirectory } from '@p2pimg/directory';
import type { ServerConfig } from './config.ts';
import { DirectoryUnusableError } from './errors.ts';

/** A database that has not answered by then is reported as unreachable: a server starts, or says why not, within 2 s. */
const DATABASE_MS = 1_500;
/** A file is there or not; only a busy machine, or others who make the tables just now, take time. */
const FILE_MS = 15_000;

/** Opens the directory and asks it something. @throws DirectoryUnusableError; it never quotes the URL */
export async function openForStart({
  directoryUrl: url,
  directoryCa: ca,
  directoryQuotas,
}: Pick<ServerConfig, 'directoryUrl' | 'directoryCa' | 'directoryQuotas'>): Promise<OpenDirectory> {
  const tls = ca === undefined ? {} : { tls: ca === 'system' ? {} : { ca } };
  const opening = openDirectory(url, { ...tls, ...directoryQuotas }).then(async (directory) => {
    await directory.info({});
    return directory;
  });
  const limitMs = url.startsWith('mysql:') ? DATABASE_MS : FILE_MS;
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new DirectoryUnusableError(`the directory does not answer within ${limitMs} ms`)),
    limitMs,
  );
  try {
    return await Promise.race([opening, late.promise]);
  } catch (error) {
    opening.then((directory) => directory.close()).catch(() => {}); // too late to be of use
    if (!(error instanceof DirectoryError)) throw error;
    throw new DirectoryUnusableError(`the directory cannot be used (${error.reason}): ${error.message}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
  }
}
