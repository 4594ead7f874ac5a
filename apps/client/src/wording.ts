/** Sentences that commands and menu share. */

import type { Delivery, News, Progress, Shown } from '@p2pimg/client';
import { printable } from '@p2pimg/wire';

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

export function delivered(delivery: Delivery, who: number): string {
  switch (delivery) {
    case 'delivered':
      return `client ${who} has it`;
    case 'left':
      return `client ${who} is offline; the directory keeps it for the next sign-in`;
    case 'queued':
      return `client ${who} is offline; it is sent when both are online`;
  }
}

export const REASONS: Readonly<Record<Extract<Shown, { shown: 'default' }>['reason'], string>> = {
  none_left: 'no views are left',
  revoked: 'the owner took the rights back',
  expired: 'the time for which it was shared is over',
  tampered: 'the rights in the picture were changed by somebody',
  rolled_back: 'the record of views is older than the picture: a copy was put back',
};

/** One line about something that happened; undefined for what is not worth one. */
export function newsLine(news: News): string | undefined {
  const image = 'imageId' in news ? printable(news.imageId, 100) : '';
  switch (news.kind) {
    case 'requestArrived':
      return `client ${news.from} asks for ${plural(news.views, news.more ? 'more view' : 'view')} of ${image}`;
    case 'offerArrived':
      return `client ${news.from} offers ${image} with ${plural(news.views, 'view')}`;
    case 'offerAnswered':
      return `client ${news.to} ${news.accepted ? 'accepted' : 'declined'} ${image}`;
    case 'imageArrived':
      return `${image} has arrived from client ${news.from}: ${plural(news.views, 'view')}`;
    case 'imageDelivered':
      return `client ${news.to} has received ${image}`;
    case 'rejected':
      return `client ${news.by} rejected the request for ${news.more ? 'more views of ' : ''}${image}`;
    case 'rightsChanged':
      return `client ${news.by} changed your rights on ${image}: ${news.from} -> ${plural(news.to, 'view')}`;
    case 'viewed':
      return `client ${news.by} has viewed ${image} (${plural(news.used, 'view')} used)`;
    case 'keyChanged':
      return `ALARM: the keys of client ${news.clientId} have changed; compare fingerprints, then "p2pimg contacts trust ${news.clientId}"`;
    case 'leaseLost':
      return 'the cloud is out of reach; trying again';
    default:
      return undefined;
  }
}

/** `uploading 40 % (12 KB/s, 3 s left)` */
export function progressText(progress: Progress, elapsedMs: number): string {
  if (progress.phase !== 'uploading' && progress.phase !== 'downloading') return `${progress.phase} …`;
  const { phase, done, total, server } = progress;
  const percent = Math.floor((100 * done) / Math.max(1, total));
  const rate = elapsedMs > 0 ? done / elapsedMs : 0;
  const left = rate > 0 ? `, ${Math.ceil((total - done) / rate / 1_000)} s left` : '';
  return `${phase} ${percent} % (${server}, ${Math.round(rate)} KB/s${left})`;
}
