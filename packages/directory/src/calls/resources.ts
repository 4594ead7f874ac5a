/** Which images exist and whose they are (SPEC D2, D3). */

import { equalBytes, MAX_PUBLISHED_TOGETHER, parseImageId } from '@p2pimg/wire';
import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely';
import { ConflictError, DeniedError, type DirectoryError, NotFoundError } from '../errors.ts';
import type { NewResource } from '../interface.ts';
import type { Tables } from '../schema/tables.ts';
import type { SqlDialect } from '../sql/dialect.ts';
import type { Engine, Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { claimed, wholly } from './claim.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';
import { visibleTo } from './visibility.ts';

type Insertion = NewResource & { readonly clientId: number };

/** Inserts nothing when the client does not exist. */
const insertResource = statement<Insertion>()((db, p) =>
  db
    .insertInto('resources')
    .columns(['client_id', 'image_id', 'digest'])
    .expression((eb) => insertion(eb, p)),
);

/** As {@link insertResource}, and nothing when the client has as many images as it may. */
const insertWithinQuota = statement<Insertion & { before: number }>()((db, p, dialect) =>
  db
    .insertInto('resources')
    .columns(['client_id', 'image_id', 'digest'])
    .expression((eb) => insertion(eb, p).where((own) => noneAfter(own, dialect, p))),
);

/** Inserts so many rows at once, or none when one of them is there already. By number of rows. */
const insertTogether = Array.from({ length: MAX_PUBLISHED_TOGETHER + 1 }, (_, count) =>
  statement<Record<string, string | number | Uint8Array>>()((db, p) =>
    db.insertInto('resources').values(
      Array.from({ length: count }, (_, i) => ({
        client_id: p.clientId as number,
        image_id: p[`imageId${i}`] as string,
        digest: p[`digest${i}`] as Uint8Array,
      })),
    ),
  ),
);

/** The client's key, and whether it has no more images than `before`. */
const selectKeyAndRoom = statement<{ clientId: number; before: number }>()((db, p, dialect) =>
  db
    .selectFrom('clients')
    .select((own) => [
      'box_key',
      own
        .case()
        .when(noneAfter(own, dialect, p))
        .then(1)
        .else(0)
        .end()
        .as('has_room'),
    ])
    .where('id', '=', p.clientId),
);

function insertion(eb: ExpressionBuilder<Tables, 'resources'>, { clientId, imageId, digest }: Insertion) {
  return eb
    .selectFrom('clients')
    .select((select) => ['id', select.val(imageId).as('image_id'), select.val(digest).as('digest')])
    .where('id', '=', clientId);
}

/** Whether the client, a row of `clients`, has no more images than `before`, removed ones included. */
function noneAfter(
  eb: ExpressionBuilder<Tables, 'clients'>,
  { name }: SqlDialect,
  { clientId, before }: { readonly clientId: number; readonly before: number },
): Expression<SqlBool> {
  // SQLite keeps the count (schema/migrations.ts). Elsewhere rows are stepped over, which is faster than counting them.
  if (name === 'sqlite') return sql<SqlBool>`images <= ${before}`;
  const rest = eb
    .selectFrom('resources')
    .select('client_id')
    .where('client_id', '=', clientId)
    .limit(sql.lit(1))
    .offset(before);
  return eb.not(eb.exists(eb.selectFrom(rest.as('rest')).select('rest.client_id')));
}

const selectKey = statement<{ id: number }>()((db, p) =>
  db.selectFrom('clients').select('box_key').where('id', '=', p.id),
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

/** As {@link imagesOf}, when the asker may see the owner. */
const imagesShownTo = statement<{ askerId: number; clientId: number; after: string; limit: number }>()((db, p) =>
  db
    .selectFrom('resources')
    .select('image_id')
    .where('client_id', '=', p.clientId)
    .where('image_id', '>', p.after)
    .where('removed_at', 'is', null)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('clients')
          .select('id')
          .where('id', '=', p.clientId)
          .where((owner) => visibleTo(owner as never, p.askerId)),
      ),
    )
    .orderBy('image_id')
    .limit(p.limit),
);

export function addResources(engine: Engine, call: Call<'addResources'>): Answer<'addResources'> {
  const { claim, clientId, boxKey, images } = call;
  return wholly(engine, 'addResources', claim, async (session) => {
    const quota = engine.quotas.images;
    const { key, hasRoom } = await lookAt(session, clientId, quota - images.length);
    if (boxKey !== undefined && (key === undefined || !equalBytes(key, boxKey))) {
      return { refusal: new DeniedError('not_registered', 'this key belongs to no registered client') };
    }
    if (hasRoom && images.length > 1 && (await addTogether(session, clientId, images))) return { value: {} };
    for (const image of images) {
      const refusal = await addOne(session, { clientId, ...image }, hasRoom ? undefined : quota);
      if (refusal !== undefined) return { refusal };
    }
    return { value: {} };
  });
}

/**
 * One look for all images of a call: it walks over what the client has. On MySQL, calls that look at the same moment may pass the quota by
 * their images.
 */
async function lookAt(
  session: Session,
  clientId: number,
  before: number,
): Promise<{ readonly key: Uint8Array | undefined; readonly hasRoom: boolean }> {
  const client = await session.first(selectKeyAndRoom, { clientId, before: Math.max(0, before) });
  return { key: client?.box_key, hasRoom: before >= 0 && client?.has_room === 1 };
}

/** Adds images that are all new, of a client that is there. @returns false when some may not be: then nothing has happened */
async function addTogether(session: Session, clientId: number, images: readonly NewResource[]): Promise<boolean> {
  const values: Record<string, string | number | Uint8Array> = { clientId };
  for (const [i, { imageId, digest }] of images.entries()) {
    if (parseImageId(imageId).clientId !== clientId) return false;
    values[`imageId${i}`] = imageId;
    values[`digest${i}`] = digest;
  }
  const statement = insertTogether[images.length];
  return statement !== undefined && !(await session.write(statement, values)).duplicate;
}

/** Why not, when it is refused. @param quota undefined when there is room for it */
async function addOne(
  session: Session,
  image: Insertion,
  quota: number | undefined,
): Promise<DirectoryError | undefined> {
  const { clientId, imageId, digest } = image;
  // The id names its owner (SPEC D3), so nobody can take another client's name.
  if (parseImageId(imageId).clientId !== clientId) return notOwner();
  const { rows } = await (quota === undefined
    ? session.write(insertResource, { clientId, imageId, digest })
    : session.write(insertWithinQuota, { clientId, imageId, digest, before: quota - 1 }));
  if (rows > 0) return undefined;
  const known = await session.first(selectResource, { imageId });
  if (known === undefined) return whyNot(session, clientId);
  if (!equalBytes(known.digest, digest)) return new ConflictError('image_digest', 'another image has this id');
  if (known.removed_at !== null) await session.change(removeMark, { clientId, imageId });
  return undefined;
}

async function whyNot(session: Session, id: number): Promise<NotFoundError | DeniedError> {
  if ((await session.first(selectKey, { id })) === undefined) return new NotFoundError('client');
  return new DeniedError('too_many_images', 'the client has published as many images as it may');
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
  const { askerId, ownerId: clientId, afterImageId: after = '', limit } = call;
  const page = { clientId, after, limit: limit + 1 };
  const rows = await engine.read((session) =>
    askerId === undefined ? session.rows(imagesOf, page) : session.rows(imagesShownTo, { ...page, askerId }),
  );
  return { items: rows.slice(0, limit).map((row) => row.image_id), more: rows.length > limit };
}

function notOwner(): DeniedError {
  return new DeniedError('not_owner', 'the image belongs to another client');
}
