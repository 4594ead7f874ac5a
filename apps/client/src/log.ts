import { join } from 'node:path';
import type { News } from '@p2pimg/client';
import { destination, type Logger, pino } from 'pino';

/** Logs go to a file of the profile, never to the terminal; never a key, never a picture. */
export function openLog(folder: string, level: string): Logger {
  return pino(
    { level, base: null },
    destination({ dest: join(folder, 'p2pimg.log'), mkdir: true, sync: true, mode: 0o600 }),
  );
}

export function logNews(log: Logger, news: News): void {
  if (news.kind === 'imageArriving') log[isResumption(news) ? 'info' : 'debug'](news);
  else if (news.kind === 'trouble' || news.kind === 'keyChanged' || news.kind === 'leaseLost') log.warn(news);
  else log.info(news);
}

function isResumption({ resumedFrom, done }: Extract<News, { readonly kind: 'imageArriving' }>): boolean {
  return resumedFrom > 0 && done === resumedFrom;
}
