import type { Shown } from '@p2pimg/client';
import { captionOf } from '../wording.ts';
import { PageServer } from './server.ts';

export interface ShowOptions {
  readonly imageId: string;
  /** Start a browser; the address is told in any case. */
  readonly open: boolean;
  readonly onUrl: (url: string) => void;
  /** Ends the view. */
  readonly signal: AbortSignal;
}

/** Shows a picture in a browser tab; resolves when the tab is closed. */
export async function showInBrowser(shown: Shown, { imageId, open, onUrl, signal }: ShowOptions): Promise<void> {
  const { bytes, mime } = shown;
  const page = await PageServer.open({
    bytes,
    mime,
    title: imageId,
    caption: `${captionOf(shown)}. Closing this page ends the view.`,
  });
  const stop = (): void => page.close();
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  onUrl(page.url);
  if (open) {
    const { default: openInBrowser } = await import('open');
    // Without a browser the address has been told.
    await openInBrowser(page.url).catch(() => undefined);
  }
  await page.closed;
  signal.removeEventListener('abort', stop);
}
