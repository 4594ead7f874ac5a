import type { ClientId, NoticeKind, TokenRow, Visibility } from '@p2pimg/directory';
import type { WireAddress } from '@p2pimg/wire';

export interface ClientRow {
  readonly clientId: ClientId;
  signKey: Uint8Array;
  boxKey: Uint8Array;
  readonly recoveryKey: Uint8Array | undefined;
  counter: number;
  online: boolean;
  leaseUntil: number;
  address: WireAddress | undefined;
  visibility: Visibility;
}

/** The simulated clients show themselves to everyone or to nobody. */
export function isShown(row: ClientRow, askerId: number | undefined): boolean {
  return askerId === undefined || askerId === row.clientId || row.visibility === 'everyone';
}

export interface ImageRow {
  readonly imageId: string;
  readonly ownerId: ClientId;
  readonly digest: Uint8Array;
  removed: boolean;
}

export interface GrantRow {
  readonly grantId: Uint8Array;
  readonly imageId: string;
  readonly ownerId: ClientId;
  readonly viewerId: ClientId;
  version: number;
  allowed: number;
  used: number;
  released: number;
  ackedVersion: number;
  pending: boolean;
  grant: Uint8Array;
}

export interface NoticeRow {
  readonly noticeId: Uint8Array;
  readonly fromId: ClientId;
  readonly toId: ClientId;
  readonly kind: NoticeKind;
  readonly imageId: string;
  acked: boolean;
}

export interface ReleaseRow {
  readonly sequence: number;
  readonly version: number;
  readonly allowed: number;
  readonly used: number;
}

/** All rows, in memory. They survive whatever happens to the directory's process. */
export class Tables {
  readonly clients: Map<ClientId, ClientRow> = new Map();
  /** By box key. */
  readonly clientsByKey: Map<string, ClientRow> = new Map();
  readonly images: Map<string, ImageRow> = new Map();
  /** By grant id. */
  readonly grants: Map<string, GrantRow> = new Map();
  /** By receiver, sender and notice id. */
  readonly notices: Map<string, NoticeRow> = new Map();
  /** By grant id and nonce. */
  readonly releases: Map<string, ReleaseRow> = new Map();
  token: TokenRow | undefined;
}
