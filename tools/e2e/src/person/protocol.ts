/** What a person in a process of its own is told, and what it tells: one JSON value a line. */

import type { Client, News } from '@p2pimg/client';

export type RemoteCall = Extract<
  keyof Client,
  | 'register'
  | 'signIn'
  | 'encode'
  | 'requestImage'
  | 'requestMore'
  | 'requests'
  | 'openRequests'
  | 'approve'
  | 'sharedRights'
  | 'changeRights'
  | 'view'
  | 'peerImages'
  | 'shutdown'
>;

export interface Order {
  readonly number: number;
  readonly call: RemoteCall;
  readonly args: readonly unknown[];
}

export type Told =
  | { readonly kind: 'open' }
  | { readonly kind: 'answer'; readonly number: number; readonly value: unknown }
  | { readonly kind: 'failure'; readonly number: number; readonly code: string; readonly message: string }
  | { readonly kind: 'news'; readonly news: News };
