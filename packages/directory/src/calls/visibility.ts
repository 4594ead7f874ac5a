/** Who may see where a client is and what it offers: its own choice at sign-in (SPEC D2). */

import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Tables } from '../schema/tables.ts';

type Clients = ExpressionBuilder<Tables, 'clients'>;

/** True for the rows of `clients` that the asker sees: its own, those that show themselves to everyone, and its contacts. */
export function visibleTo(eb: Clients, askerId: number): Expression<SqlBool> {
  return eb.or([
    eb('visibility', '=', 'everyone'),
    eb('id', '=', askerId),
    eb.and([eb('visibility', '=', 'contacts'), eb.or([shares(eb, 'owner', askerId), shares(eb, 'viewer', askerId)])]),
  ]);
}

/**
 * A client's contacts are its own choice: those to whom it has given rights, and those whose rights it has used. Rights that somebody
 * publishes for it unasked make nobody its contact.
 */
function shares(eb: Clients, asker: 'owner' | 'viewer', askerId: number): Expression<SqlBool> {
  const other = asker === 'owner' ? 'viewer' : 'owner';
  return eb.exists(
    eb
      .selectFrom('access_rights')
      .select('grant_id')
      .where(`${asker}_id`, '=', askerId)
      .whereRef(`${other}_id`, '=', 'clients.id')
      .where('released', '>=', asker === 'owner' ? 1 : 0),
  );
}
