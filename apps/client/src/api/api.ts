/** What commands and menu ask for: answered by a client in this process, or by the daemon. */

import type {
  ActiveUser,
  AskedRequest,
  BackupReport,
  CallResult,
  Client,
  Delivery,
  HistoryEntry,
  News,
  PeerImage,
  Progress,
  QueuedRequest,
  ReceivedOffer,
  Registered,
  RightsChange,
  SharedRight,
  SharingMode,
  Shown,
} from '@p2pimg/client';

export interface Status {
  readonly clientId: number | undefined;
  readonly signedIn: boolean;
  readonly fingerprint: string;
  /** Servers by id: is there a link? */
  readonly links: Readonly<Record<string, boolean>>;
  readonly port: number;
  /** Things that still have to reach somebody. */
  readonly waiting: number;
  readonly daemon: boolean;
}

export type ShownContact = ReturnType<Client['contacts']>[number];
export type OwnImageEntry = ReturnType<Client['ownImages']>[number];
export type NewKeys = { readonly fingerprint: string };
export type Delivered = { readonly delivery: Delivery };

/** Each method takes one argument object, so that a call can travel as JSON. */
export interface ApiMethods {
  status(args: object): Promise<Status>;
  register(args: { readonly token?: string | undefined }): Promise<Registered>;
  rotateKeys(args: { readonly recoveryKey?: string | undefined }): Promise<NewKeys>;
  recover(args: { readonly clientId: number; readonly recoveryKey: string }): Promise<NewKeys>;
  /** `folder` is absolute and does not exist. */
  backup(args: { readonly folder: string }): Promise<BackupReport>;
  signIn(args: object): Promise<CallResult<'signIn'>>;
  shutdown(args: object): Promise<{ readonly offline: boolean }>;
  /** `path` is absolute. */
  encode(args: {
    readonly path: string;
    readonly name?: string | undefined;
    readonly cover?: string | undefined;
  }): Promise<CallResult<'encode'>>;
  unpublish(args: { readonly imageId: string }): Promise<void>;
  activeUsers(args: object): Promise<readonly ActiveUser[]>;
  requestImage(args: {
    readonly ownerId: number;
    readonly imageId: string;
    readonly views: number;
  }): Promise<CallResult<'requestImage'>>;
  requestMore(args: { readonly imageId: string; readonly views: number }): Promise<CallResult<'requestMore'>>;
  openRequests(args: object): Promise<readonly AskedRequest[]>;
  requests(args: object): Promise<readonly QueuedRequest[]>;
  approve(args: {
    readonly id: string;
    readonly views?: number | undefined;
    readonly mode?: SharingMode | undefined;
  }): Promise<Delivered>;
  reject(args: { readonly id: string }): Promise<Delivered>;
  offers(args: object): Promise<readonly ReceivedOffer[]>;
  accept(args: { readonly id: string }): Promise<Delivered>;
  decline(args: { readonly id: string }): Promise<Delivered>;
  ownImages(args: object): Promise<readonly OwnImageEntry[]>;
  peerImages(args: object): Promise<readonly PeerImage[]>;
  view(args: { readonly imageId: string }): Promise<Shown>;
  sharedRights(args: object): Promise<readonly SharedRight[]>;
  changeRights(args: {
    readonly imageId: string;
    readonly viewerId: number;
    readonly change: RightsChange;
  }): Promise<CallResult<'changeRights'>>;
  share(args: {
    readonly imageId: string;
    readonly viewerId: number;
    readonly views: number;
    readonly mode?: SharingMode | undefined;
  }): Promise<CallResult<'share'>>;
  contacts(args: object): Promise<readonly ShownContact[]>;
  block(args: { readonly clientId: number; readonly blocked: boolean }): Promise<void>;
  trust(args: { readonly clientId: number }): Promise<void>;
  history(args: object): Promise<readonly HistoryEntry[]>;
}

export type ApiMethod = keyof ApiMethods;
export type ApiArgs<M extends ApiMethod> = Parameters<ApiMethods[M]>[0];
export type ApiResult<M extends ApiMethod> = Awaited<ReturnType<ApiMethods[M]>>;

/** Methods that the daemon answers; nothing else can be called through its socket. */
export const API_METHODS: readonly ApiMethod[] = [
  'status',
  'register',
  'rotateKeys',
  'recover',
  'backup',
  'signIn',
  'shutdown',
  'encode',
  'unpublish',
  'activeUsers',
  'requestImage',
  'requestMore',
  'openRequests',
  'requests',
  'approve',
  'reject',
  'offers',
  'accept',
  'decline',
  'ownImages',
  'peerImages',
  'view',
  'sharedRights',
  'changeRights',
  'share',
  'contacts',
  'block',
  'trust',
  'history',
];

export interface Api {
  call<M extends ApiMethod>(
    method: M,
    args: ApiArgs<M>,
    onProgress?: (progress: Progress) => void,
  ): Promise<ApiResult<M>>;
  onNews(listener: (news: News) => void): () => void;
  /** Whether the client lives on when this program ends. */
  readonly daemon: boolean;
  /** Has the daemon go offline and end; undefined for a client in this process. */
  readonly stop: (() => Promise<void>) | undefined;
  close(): Promise<void>;
}
