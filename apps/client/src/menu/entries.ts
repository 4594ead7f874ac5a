/** The eight entries of the main menu (SPEC C1). */

import type { RightsChange, SharingMode, Shown } from '@p2pimg/client';
import { printable } from '@p2pimg/wire/names';
import { EncodingProgress } from '../progress.ts';
import { delivered, plural, REASONS, usersTable } from '../wording.ts';
import { askMode, WITNESSED } from './ask-mode.ts';
import { pickPicture } from './pick-picture.ts';
import { reviewOffer, reviewRequest } from './review.ts';
import type { Screen } from './screen.ts';
import { askWhere, show } from './show.ts';

export interface Entry {
  readonly label: string;
  /** Undefined ends the menu. */
  readonly run: ((screen: Screen) => Promise<void>) | undefined;
}

export const entries: readonly Entry[] = [
  { label: 'Encode Image', run: encodeImage },
  { label: 'Request List of Active Users and Their Images', run: listUsers },
  { label: 'Request Image From Active User', run: requestImage },
  { label: 'Increase Views of Image From Active User', run: increaseViews },
  { label: 'View Client Requests', run: viewRequests },
  { label: 'View Peer Images', run: viewImages },
  { label: 'Update Access Rights', run: updateRights },
  { label: 'Shutdown', run: undefined },
];

async function encodeImage({ api, say, progress, signal }: Screen): Promise<void> {
  const path = await pickPicture('Which picture?', signal);
  if (path === undefined) return;
  const steps = new EncodingProgress();
  try {
    const { imageId, server } = await api.call('encode', { path }, (step) => progress.show(steps.line(step)));
    progress.end();
    say(`Encoded as ${imageId} by ${server}; others can ask for it now.`);
  } finally {
    progress.end();
  }
}

async function listUsers({ api, say }: Screen): Promise<void> {
  say(usersTable(await api.call('activeUsers', {})));
}

async function requestImage({ api, say, pick, askViews }: Screen): Promise<void> {
  const users = (await api.call('activeUsers', {})).filter(({ images }) => images.length > 0);
  if (users.length === 0) return say('Nobody who is online has images.');
  const user = await pick(
    'From whom?',
    users.map((value) => ({ name: `client ${value.clientId} (${plural(value.images.length, 'image')})`, value })),
  );
  if (user === undefined) return;
  const imageId = await pick(
    'Which image?',
    user.images.map((value) => ({ name: printable(value, 100), value })),
  );
  if (imageId === undefined) return;
  const views = await askViews('How many views?');
  if (views === undefined) return;
  const { delivery } = await api.call('requestImage', { ownerId: user.clientId, imageId, views });
  say(`Asked for ${plural(views, 'view')} of ${imageId}: ${delivered(delivery, user.clientId)}.`);
}

async function increaseViews({ api, say, pick, askViews }: Screen): Promise<void> {
  const images = await api.call('peerImages', {});
  if (images.length === 0) return say('You hold no pictures of others yet.');
  const image = await pick(
    'Which image?',
    images.map((value) => ({ name: remainingLine(value), value })),
  );
  if (image === undefined) return;
  const views = await askViews('How many more views?');
  if (views === undefined) return;
  const { delivery } = await api.call('requestMore', { imageId: image.imageId, views });
  say(`Asked for ${plural(views, 'more view')} of ${image.imageId}: ${delivered(delivery, image.ownerId)}.`);
}

async function viewRequests(screen: Screen): Promise<void> {
  const { api, say, pick } = screen;
  const [requests, offers] = await Promise.all([api.call('requests', {}), api.call('offers', {})]);
  if (requests.length + offers.length === 0) return say('No requests wait.');
  const chosen = await pick('Which request?', [
    ...requests.map((request) => ({
      name: `client ${request.from} asks for ${plural(request.views, request.kind === 'image' ? 'view' : 'more view')} of ${printable(request.imageId, 100)}`,
      value: () => reviewRequest(screen, request),
    })),
    ...offers.map((offer) => ({
      name: `client ${offer.from} offers ${printable(offer.imageId, 100)} with ${plural(offer.views, 'view')}`,
      value: () => reviewOffer(screen, offer),
    })),
  ]);
  await chosen?.();
}

async function viewImages(screen: Screen): Promise<void> {
  const { api, say, pick } = screen;
  const images = await api.call('peerImages', {});
  if (images.length === 0) return say('You hold no pictures of others yet.');
  const image = await pick(
    'Which image?',
    images.map((value) => ({ name: remainingLine(value), value })),
  );
  if (image === undefined) return;
  const where = await askWhere(screen);
  if (where === undefined) return;
  const shown: Shown = await api.call('view', { imageId: image.imageId });
  if (shown.shown === 'default') say(`The default picture is shown: ${REASONS[shown.reason]}.`);
  else say(`Remaining views for image ${image.imageId}: ${shown.remaining}`);
  await show(shown, where, image.imageId, screen);
}

async function updateRights(screen: Screen): Promise<void> {
  const { api, pick } = screen;
  const shared = await api.call('sharedRights', {});
  const own = (await api.call('ownImages', {})).filter(({ state }) => state === 'published');
  const chosen = await pick('Whose rights?', [
    ...shared.map((right) => ({
      name: `client ${right.viewerId}: ${printable(right.imageId, 100)} -> ${right.revoked ? 'revoked' : plural(right.remaining, 'view')}`,
      value: () => changeRights(screen, right.imageId, right.viewerId),
    })),
    ...(own.length === 0
      ? []
      : [
          { name: 'Share an image unasked', value: () => shareImage(screen, async () => WITNESSED) },
          {
            name: 'Share an image unasked, and choose who counts the views',
            value: () => shareImage(screen, () => askMode(screen)),
          },
        ]),
  ]);
  await chosen?.();
}

async function changeRights(screen: Screen, imageId: string, viewerId: number): Promise<void> {
  const { api, say, pick } = screen;
  const kind = await pick<RightsChange['kind']>('What?', [
    { name: 'Give more views', value: 'add' },
    { name: 'Take views back', value: 'take' },
    { name: 'Let exactly so many remain', value: 'set' },
    { name: 'Revoke', value: 'revoke' },
    { name: 'Choose who counts the views', value: 'mode' },
  ]);
  const change = kind && (await changeOf(screen, kind));
  if (change === undefined) return;
  const { remaining, delivery } = await api.call('changeRights', { imageId, viewerId, change });
  say(`Client ${viewerId} has ${plural(remaining, 'view')} of ${imageId} left: ${delivered(delivery, viewerId)}.`);
}

/** Undefined for "Back". */
async function changeOf(screen: Screen, kind: RightsChange['kind']): Promise<RightsChange | undefined> {
  if (kind === 'revoke') return { kind };
  if (kind === 'mode') {
    const mode = await askMode(screen);
    return mode && { kind, mode };
  }
  const views = await screen.askViews('How many views?');
  return views === undefined ? undefined : { kind, views };
}

async function shareImage(screen: Screen, modeOf: () => Promise<SharingMode | undefined>): Promise<void> {
  const { api, say, pick, askViews } = screen;
  const own = (await api.call('ownImages', {})).filter(({ state }) => state === 'published');
  const imageId = await pick(
    'Which image?',
    own.map((image) => ({ name: image.imageId, value: image.imageId })),
  );
  if (imageId === undefined) return;
  const users = await api.call('activeUsers', {});
  if (users.length === 0) return say('Nobody else is online.');
  const viewerId = await pick(
    'With whom?',
    users.map(({ clientId }) => ({ name: `client ${clientId}`, value: clientId })),
  );
  if (viewerId === undefined) return;
  const views = await askViews('How many views?');
  if (views === undefined) return;
  const mode = await modeOf();
  if (mode === undefined) return;
  const { delivery } = await api.call('share', { imageId, viewerId, views, mode });
  say(`Offered ${imageId}: ${delivered(delivery, viewerId)}.`);
}

function remainingLine({ imageId, remaining }: { readonly imageId: string; readonly remaining: number }): string {
  return `${printable(imageId, 100)} -> Remaining Views: ${remaining}`;
}
