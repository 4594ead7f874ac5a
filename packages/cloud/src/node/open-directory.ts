import { DirectoryError, type OpenDirectory, openDirectory } from '@p2pimg/directory';
import { DirectoryUnusableError } from './errors.ts';

/** A directory that has not answered by then is reported as unreachable: a server starts, or says why not, within 2 s. */
const START_MS = 1_500;

/** Opens the directory and asks it something. @throws DirectoryUnusableError; it never quotes the URL */
export async function openForStart(url: string, ca: string | undefined): Promise<OpenDirectory> {
  const tls = ca === undefined ? {} : { tls: ca === 'system' ? {} : { ca } };
  const opening = openDirectory(url, tls).then(async (directory) => {
    await directory.info({});
    return directory;
  });
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new DirectoryUnusableError(`the directory does not answer within ${START_MS} ms`)),
    START_MS,
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
