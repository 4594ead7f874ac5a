import type { Directory, DirectoryAnswer } from '@p2pimg/directory';
import { equalBytes, parseImageId, toHex } from '@p2pimg/wire';
import { Refused } from './claims.ts';
import type { EffectLog } from './effect-log.ts';
import { isShown, type Tables } from './tables.ts';

type Call<M extends keyof Directory> = Parameters<Directory[M]>[0];

export function addResources(tables: Tables, log: EffectLog, call: Call<'addResources'>): object {
  const { clientId: ownerId, boxKey, images } = call;
  const owner = tables.clients.get(ownerId);
  if (boxKey !== undefined && (owner === undefined || !equalBytes(owner.boxKey, boxKey)))
    throw new Refused('not_registered');
  for (const { imageId, digest } of images) {
    if (parseImageId(imageId).clientId !== ownerId) throw new Refused('not_owner');
    const known = tables.images.get(imageId);
    if (known !== undefined && !equalBytes(known.digest, digest)) throw new Refused('image_digest');
  }
  log.note(`publish ${images.map(({ imageId, digest }) => `${imageId} ${toHex(digest)}`).join(', ')}`);
  for (const { imageId, digest } of images) tables.images.set(imageId, { imageId, ownerId, digest, removed: false });
  return {};
}

export function removeResource(tables: Tables, log: EffectLog, call: Call<'removeResource'>): object {
  const { clientId, imageId } = call;
  const known = tables.images.get(imageId);
  if (known === undefined) throw new Refused('unknown_image');
  if (known.ownerId !== clientId) throw new Refused('not_owner');
  known.removed = true;
  log.note(`unpublish ${imageId}`);
  return { imageId };
}

export function listImages(tables: Tables, call: Call<'listImages'>): DirectoryAnswer<'listImages'> {
  const { askerId, ownerId, afterImageId = '', limit } = call;
  const owner = tables.clients.get(ownerId);
  if (owner === undefined || !isShown(owner, askerId)) return { items: [], more: false };
  const all = imagesOf(tables, ownerId).filter((imageId) => imageId > afterImageId);
  return { items: all.slice(0, limit), more: all.length > limit };
}

/** Published ids in ascending order. */
export function imagesOf(tables: Tables, ownerId: number): readonly string[] {
  const own: string[] = [];
  for (const row of tables.images.values()) if (row.ownerId === ownerId && !row.removed) own.push(row.imageId);
  return own.sort();
}
