/** Which images exist and whose they are (SPEC D2, D3). */

import { equalBytes, parseImageId } from '@p2pimg/wire';
import { ConflictError, DeniedError, NotFoundError } from '../errors.ts';
import type { Engine } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed } from './claim.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';

/** Inserts nothing when the client does not exist. */
const insertResource = statement<{ clientId: number; imageId: string; digest: Uint8Array }>()((db, p) =>
  db
    .insertInto('resources')
    .columns(['client_id', 'image_id', 'digest'])
    .expression((eb) =>
      eb
        .selectFrom('clients')
        .select((select) => ['id', select.val(p.imageId).as('image_id'), select.val(p.digest).as('digest')])
        .where('id', '=', p.clientId),
    ),
);

const selectResource = statement<{ imageId: string }>()((db, p) =>
  db.selectFrom('resources').select(['client_id', 'digest', 'removed_at']).where('image_id', '=', p.imageId),
);

const removeMark = statement<{ clientId: number; imageId: string }>()((db, p) =>
  db
    .updateTable('resources')
    .set({ removed_at: null })
    .where('client_id', '=', p.clientId)
    .where('image_id', '=', p.imageId),
);

const markRemoved = statement<{ clientId: number; imageId: string }>()((db, p, { now }) =>
  db
    .updateTable('resources')
    .set({ removed_at: now })
    .where('client_id', '=', p.clientId)
    .where('image_id', '=', p.imageId),
);

const imagesOf = statement<{ clientId: number; after: string; limit: number }>()((db, p) =>
  db
    .selectFrom('resources')
    .select('image_id')
    .where('client_id', '=', p.clientId)
    .where('image_id', '>', p.after)
    .where('removed_at', 'is', null)
    .orderBy('image_id')
    .limit(p.limit),
);

export function addResource(engine: Engine, call: Call<'addResource'>): Answer<'addResource'> {
  return claimed(engine, 'addResource', call.claim, async (session) => {
    const { clientId, imageId, digest } = call;
    // The id names its owner (SPEC D3), so nobody can take another client's name.
    if (parseImageId(imageId).clientId !== clientId) return { refusal: notOwner() };
    const { duplicate, rows } = await session.write(insertResource, { clientId, imageId, digest });
    if (rows > 0) return { value: { imageId } };
    if (!duplicate) return { refusal: new NotFoundError('client') };
    const known = await session.first(selectResource, { imageId });
    if (known === undefined || !equalBytes(known.digest, digest)) {
      return { refusal: new ConflictError('image_digest', 'another image has this id') };
    }
    if (known.removed_at !== null) await session.change(removeMark, { clientId, imageId });
    return { value: { imageId } };
  });
}

export function removeResource(engine: Engine, call: Call<'removeResource'>): Answer<'removeResource'> {
  return claimed(engine, 'removeResource', call.claim, async (session) => {
    const { clientId, imageId } = call;
    if ((await session.change(markRemoved, { clientId, imageId })) > 0) return { value: { imageId } };
    const known = await session.first(selectResource, { imageId });
    return { refusal: known === undefined ? new NotFoundError('image') : notOwner() };
  });
}

export async function resource(engine: Engine, { imageId }: Call<'resource'>): Answer<'resource'> {
  const row = await engine.read((session) => session.first(selectResource, { imageId }));
  if (row === undefined || row.removed_at !== null) return undefined;
  return { imageId, ownerId: row.client_id, digest: plainBytes(row.digest) };
}

export async function listImages(engine: Engine, call: Call<'listImages'>): Answer<'listImages'> {
  const { ownerId: clientId, afterImageId: after = '', limit } = call;
  const rows = await engine.read((session) => session.rows(imagesOf, { clientId, after, limit: limit + 1 }));
  return { items: rows.slice(0, limit).map((row) => row.image_id), more: rows.length > limit };
}

function notOwner(): DeniedError {
  return new DeniedError('not_owner', 'the image belongs to another client');
}
