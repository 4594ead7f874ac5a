/** What a client tells, and how it is asked. */

import type { GrantMode } from '@p2pimg/rights';
import type { DefaultReason } from '../core/calls.ts';
import type { Progress } from '../core/news.ts';
import type { SharingMode } from '../core/sharing/mode.ts';

/** A picture of somebody else. */
export interface PeerImage {
  readonly imageId: string;
  readonly ownerId: number;
  /** Views left, those held in advance included. */
  readonly remaining: number;
  readonly mode: GrantMode;
  /** Views that can be shown without the cloud (mode `offline`). */
  readonly heldInAdvance: number;
  /** Milliseconds since the epoch; undefined for never. */
  readonly expiresAt: number | undefined;
  readonly receivedAt: number;
  readonly viewedAt: number | undefined;
}

/** What one viewer may do with one own picture, as far as this client knows. */
export interface SharedRight {
  readonly imageId: string;
  readonly viewerId: number;
  readonly remaining: number;
  readonly used: number;
  readonly revoked: boolean;
  readonly mode: SharingMode;
  readonly changedAt: number;
  readonly viewedAt: number | undefined;
}

/** A picture to show: decrypted in memory only. Do not store `bytes` of another's picture. */
export type Shown =
  | {
      readonly shown: 'picture';
      readonly bytes: Uint8Array;
      readonly mime: string;
      readonly remaining: number | undefined;
    }
  | {
      readonly shown: 'default';
      readonly bytes: Uint8Array;
      readonly mime: string;
      readonly reason: DefaultReason;
      readonly remaining: number;
    };

export interface Registered {
  readonly clientId: number;
  /** For paper; told once, when the keys are new. */
  readonly recoveryKey: string | undefined;
}

export interface EncodeOptions {
  /** 1 … 64 letters, digits, spaces, `.`, `_`, `-`; from the path when it is left out. */
  readonly name?: string;
  /** A cover of the cloud, by name. */
  readonly cover?: string;
  readonly onProgress?: (progress: Progress) => void;
}

/** Servers by id, and whether there is a link to each. */
export type Links = Readonly<Record<string, boolean>>;
