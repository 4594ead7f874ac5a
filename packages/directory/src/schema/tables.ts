/** The tables as Kysely sees them; `migrations.ts` makes them. Times are milliseconds since the epoch. */

import type { Generated } from 'kysely';
import type { NoticeKind, Visibility } from '../interface.ts';

export interface ClientsTable {
  id: Generated<number>;
  sign_key: Uint8Array;
  box_key: Uint8Array;
  recovery_key: Uint8Array | null;
  /** `online` only says signed in: whoever reads it looks at `lease_until` too. */
  status: 'online' | 'offline';
  session_counter: number;
  host: string | null;
  port: number | null;
  visibility: Visibility;
  lease_until: number;
  registered_at: number;
}

export interface ResourcesTable {
  client_id: number;
  image_id: string;
  digest: Uint8Array;
  /** A removed image is no longer listed, but its id stays taken and its grants stay valid. */
  removed_at: number | null;
}

/** One row per pair (viewer, image), for ever: the grant, what was used of it, and whether the viewer knows. */
export interface AccessRightsTable {
  viewer_id: number;
  image_id: string;
  owner_id: number;
  grant_id: Uint8Array;
  version: number;
  allowed: number;
  used: number;
  /** Views released by this directory: numbers the next one. `used` may be ahead of it, by the viewer's ledger. */
  released: number;
  acked_version: number;
  /** When the version rose above the acknowledged one; null when nothing waits. */
  pending_since: number | null;
  signed_grant: Uint8Array;
}

export interface ReleasesTable {
  grant_id: Uint8Array;
  nonce: Uint8Array;
  sequence: number;
  version: number;
  allowed: number;
  used: number;
  released_at: number;
}

export interface NoticesTable {
  to_id: number;
  from_id: number;
  notice_id: Uint8Array;
  kind: NoticeKind;
  image_id: string;
  left_at: number;
  acked_at: number | null;
}

export interface ClaimsTable {
  client_key: Uint8Array;
  request_id: Uint8Array;
  body_digest: Uint8Array;
  method: string;
  /** JSON, see calls/claim.ts. */
  outcome: string;
  not_after: number;
}

export interface TokenTable {
  name: string;
  turn: number;
  holder: string;
  held_until: number;
}

export interface MetaTable {
  id: number;
  schema_version: number;
  generation: Uint8Array;
}

export interface Tables {
  clients: ClientsTable;
  resources: ResourcesTable;
  access_rights: AccessRightsTable;
  releases: ReleasesTable;
  notices: NoticesTable;
  claims: ClaimsTable;
  token: TokenTable;
  meta: MetaTable;
}
