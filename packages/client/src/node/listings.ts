/** What the records say, as a client tells it. */

import { fingerprint, nodeSuite } from '@p2pimg/identity';
import { viewsLeft } from '@p2pimg/rights';
import { fromHex } from '@p2pimg/wire';
import type { Model } from '../core/model.ts';
import type { Contact, OwnImage } from '../core/records.ts';
import { left } from '../core/sharing/rights.ts';
import type { PeerImage, SharedRight } from './client-types.ts';

type Records = Pick<Model, 'all'>;

export type OwnPicture = Pick<OwnImage, 'imageId' | 'state' | 'mime' | 'originalBytes' | 'bytes' | 'createdAt'>;
export type KnownContact = Contact & { readonly fingerprint: string };

export function ownPictures(records: Records): readonly OwnPicture[] {
  return records.all('own').map(({ imageId, state, mime, originalBytes, bytes, createdAt }) => ({
    imageId,
    state,
    mime,
    originalBytes,
    bytes,
    createdAt,
  }));
}

export function peerImages(records: Records): readonly PeerImage[] {
  return records.all('held').map((held) => {
    const { imageId, ownerId, mode, receivedAt, viewedAt, offlineLeft } = held;
    const expiresAt = held.expiresAt === 0 ? undefined : held.expiresAt;
    const rights = { remaining: left(held), mode, heldInAdvance: offlineLeft, expiresAt };
    return { imageId, ownerId, ...rights, receivedAt, viewedAt };
  });
}

export function sharedRights(records: Records): readonly SharedRight[] {
  return records.all('sent').map((sent) => {
    const { imageId, viewerId, allowed, used, mode, changedAt, viewedAt } = sent;
    return { imageId, viewerId, remaining: viewsLeft(sent), used, revoked: allowed === 0, mode, changedAt, viewedAt };
  });
}

export function knownContacts(records: Records): readonly KnownContact[] {
  return records.all('contact').map((contact) => {
    const keys = { signKey: fromHex(contact.signKey), boxKey: fromHex(contact.boxKey) };
    return { ...contact, fingerprint: fingerprint(nodeSuite, keys) };
  });
}
