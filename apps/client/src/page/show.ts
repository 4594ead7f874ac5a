import type { Shown } from '@p2pimg/client';
import { plural, REASONS } from '../wording.ts';
import { PageServer } from './server.ts';

export interface ShowOptions {
  readonly imageId: string;
  /** Start a browser; the address is told in any case. */
  readonly open: boolean;
  readonly onUrl: (url: string) => void;
}

/** Shows a picture in a browser tab; resolves when the tab is closed. */
export async function showInBrowser(shown: Shown, { imageId, open, onUrl }: ShowOptions): Promise<void> {
  const page = await PageServer.open({
    bytes: shown.bytes,
    mime: shown.mime,
    title: imageId,
    caption: captionOf(shown, imageId),
  });
  onUrl(page.url);
  if (open) {
    const { default: openInBrowser } = await import('open');
    // Without a browser the address has been told.
    await openInBrowser(page.url).catch(() => undefined);
  }
  const stop = (): void => page.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  await page.closed;
  process.off('SIGINT', stop);
  process.off('SIGTERM', stop);
}

function captionOf(shown: Shown, imageId: string): string {
  if (shown.shown === 'default') return `${imageId}: ${REASONS[shown.reason]}`;
  return shown.remaining === undefined ? imageId : `${imageId}: ${plural(shown.remaining, 'view')} left`;
}
