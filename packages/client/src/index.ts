export type {
  ActiveUser,
  CallName,
  CallResult,
  CallTypes,
  DefaultReason,
  Delivery,
  RightsChange,
} from './core/calls.ts';
export {
  ClientError,
  type ClientErrorCode,
  CloudRefusedError,
  CloudUnreachableError,
  EncodingMismatchError,
  KeyChangedError,
  PeerRefusedError,
  PeerUnreachableError,
  ViewsError,
} from './core/errors.ts';
export type { News, Progress } from './core/news.ts';
export type { AskedRequest, Contact, HistoryEntry, OwnImage, QueuedRequest, ReceivedOffer } from './core/records.ts';
export type { CoreSettings } from './core/settings.ts';
export type { SharingMode } from './core/sharing/mode.ts';
export type { BackupOptions, BackupReport } from './node/backup.ts';
export type { Client } from './node/client.ts';
export type { EncodeOptions, Links, PeerImage, Registered, SharedRight, Shown } from './node/client-types.ts';
export type { ClientConfig, TimerName } from './node/config.ts';
export { defaultPicture } from './node/default-picture.ts';
export { ClientConfigError, JournalBrokenError, JournalCorruptError, PictureError } from './node/errors.ts';
export { openClient } from './node/open-client.ts';
export { MAX_PIXELS, type PictureKind, pictureKind } from './node/picture-kind.ts';
export { probeServer, type ServerProbe } from './node/probe-server.ts';
