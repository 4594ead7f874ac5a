/** Sentences that commands and menu share. */

import type { Delivery, News, Shown } from '@p2pimg/client';
import { printable } from '@p2pimg/wire/names';
import { table } from './output.ts';
import { bytesText, percentOf } from './progress.ts';

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

/** What stands under a picture that is shown. */
export function captionOf(shown: Shown): string {
  if (shown.shown === 'default') return `This is the default picture: ${REASONS[shown.reason]}`;
  return shown.remaining === undefined ? 'Your own picture' : `${plural(shown.remaining, 'view')} left`;
}

/** Who is online: one line for each image. */
export function usersTable(
  users: readonly { readonly clientId: number; readonly images: readonly string[] }[],
): string {
  if (users.length === 0) return 'Nobody else is online.';
  const rows = users.flatMap(({ clientId, images }) =>
    images.length === 0 ? [[clientId, '(no images)']] : images.map((imageId, i) => [i === 0 ? clientId : '', imageId]),
  );
  return table(['client', 'images'], rows);
}

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
    case 'imageArriving': {
      // The rest of its progress is no news.
      if (news.resumedFrom === 0 || news.done > news.resumedFrom) return undefined;
      const there = `${percentOf(news.done, news.bytes)} % of ${bytesText(news.bytes)}`;
      return `${image} goes on arriving from client ${news.from}, where it was interrupted: ${there} are here`;
    }
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
