/** What a program can ask of a client, and what it gets. */

import type { WireAddress } from '@p2pimg/wire';
import type { BytesHandle } from './effects.ts';
import type { News } from './news.ts';
import type { SharingMode } from './sharing/mode.ts';

export interface ActiveUser {
  readonly clientId: number;
  readonly address: WireAddress;
  readonly signKey: string;
  readonly boxKey: string;
  readonly images: readonly string[];
}

/** What came of something that had to reach a peer: it has it, the directory has it for the peer, or it waits in the outbox. */
export type Delivery = 'delivered' | 'left' | 'queued';

/** A change of rights by its owner. */
export type RightsChange =
  | { readonly kind: 'add'; readonly views: number }
  | { readonly kind: 'take'; readonly views: number }
  | { readonly kind: 'set'; readonly views: number }
  | { readonly kind: 'revoke' }
  /** The same views, counted by somebody else, or an offline share for as long again. */
  | { readonly kind: 'mode'; readonly mode: SharingMode };

/** What a view gives: the picture, or why the default picture is shown. `remaining` after it. */
export type ViewOutcome =
  | {
      readonly shown: 'picture';
      readonly picture: BytesHandle;
      readonly mime: string;
      readonly remaining: number | undefined;
    }
  | { readonly shown: 'default'; readonly reason: DefaultReason; readonly remaining: number };

/** `rolled_back`: the ledger is older than the picture, so a copy of it was put back. */
export type DefaultReason = 'none_left' | 'revoked' | 'expired' | 'tampered' | 'rolled_back';

export interface CallTypes {
  readonly register: { readonly args: { readonly token?: string }; readonly result: { readonly clientId: number } };
  readonly signIn: {
    readonly args: Record<string, never>;
    readonly result: { readonly clientId: number; readonly news: readonly News[] };
  };
  /** `recovery`: the handle of the recovery key's private half; `clientId`: for a profile that has lost everything. */
  readonly rotateKeys: {
    readonly args: { readonly recovery?: BytesHandle; readonly clientId?: number };
    readonly result: undefined;
  };
  readonly shutdown: { readonly args: Record<string, never>; readonly result: { readonly offline: boolean } };
  readonly encode: {
    readonly args: {
      readonly name: string;
      readonly bytes: BytesHandle;
      readonly size: number;
      readonly digest: string;
      readonly mime: string;
      readonly cover?: string;
    };
    readonly result: {
      readonly imageId: string;
      readonly digest: string;
      readonly bytes: number;
      readonly server: string;
    };
  };
  readonly unpublish: { readonly args: { readonly imageId: string }; readonly result: undefined };
  readonly activeUsers: { readonly args: Record<string, never>; readonly result: readonly ActiveUser[] };
  readonly requestImage: {
    readonly args: { readonly ownerId: number; readonly imageId: string; readonly views: number };
    readonly result: { readonly requestId: string; readonly delivery: Delivery };
  };
  readonly requestMore: {
    readonly args: { readonly imageId: string; readonly views: number };
    readonly result: { readonly requestId: string; readonly delivery: Delivery };
  };
  readonly approve: {
    readonly args: { readonly id: string; readonly views?: number; readonly mode?: SharingMode };
    readonly result: { readonly delivery: Delivery };
  };
  readonly reject: { readonly args: { readonly id: string }; readonly result: { readonly delivery: Delivery } };
  readonly share: {
    readonly args: {
      readonly imageId: string;
      readonly viewerId: number;
      readonly views: number;
      readonly mode?: SharingMode;
    };
    readonly result: { readonly offerId: string; readonly delivery: Delivery };
  };
  readonly answerOffer: {
    readonly args: { readonly id: string; readonly accepted: boolean };
    readonly result: { readonly delivery: Delivery };
  };
  readonly changeRights: {
    readonly args: { readonly imageId: string; readonly viewerId: number; readonly change: RightsChange };
    readonly result: { readonly allowed: number; readonly remaining: number; readonly delivery: Delivery };
  };
  readonly view: { readonly args: { readonly imageId: string }; readonly result: ViewOutcome };
  readonly trustKeys: { readonly args: { readonly clientId: number }; readonly result: undefined };
  readonly setBlocked: {
    readonly args: { readonly clientId: number; readonly blocked: boolean };
    readonly result: undefined;
  };
}

export type CallName = keyof CallTypes;
export type CallArgs<N extends CallName> = CallTypes[N]['args'];
export type CallResult<N extends CallName> = CallTypes[N]['result'];
export type Call = { readonly [N in CallName]: { readonly name: N; readonly args: CallArgs<N> } }[CallName];
