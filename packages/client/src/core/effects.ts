/** What the core asks of the world. Bytes travel as handles; what has an `opId` is completed by an event with that id. */

import type { AnyPeerRequest, AnyRequest, PeerAck, WireAddress } from '@p2pimg/wire';
import type { ClientError } from './errors.ts';
import type { Job } from './jobs.ts';
import type { News, Progress } from './news.ts';
import type { Change } from './records.ts';

/** Names bytes that live outside of the core. */
export type BytesHandle = number;

/** The other end of a session: a server by its id, or a peer by its session key (hexadecimal). */
export type Place = { readonly server: string } | { readonly peer: string };

export type TransferKind = 'upload' | 'result' | 'answer' | 'image';

export type ClientEffect =
  | { readonly kind: 'sendCloud'; readonly server: string; readonly request: AnyRequest }
  | { readonly kind: 'cancelCloud'; readonly server: string; readonly id: string }
  /** On the session with that key, or on a new one to `address`. Completed when the peer's transport has it. */
  | {
      readonly kind: 'sendPeer';
      readonly opId: number;
      readonly peer: string;
      readonly address: WireAddress;
      readonly request: AnyPeerRequest;
    }
  /** On the session that the request came by; lost when that is gone, for the peer will ask again. */
  | { readonly kind: 'answerPeer'; readonly peer: string; readonly ack: PeerAck }
  /** Completed with the lane's number. */
  | { readonly kind: 'openLane'; readonly opId: number; readonly place: Place }
  | { readonly kind: 'closeLane'; readonly place: Place; readonly lane: number }
  | {
      readonly kind: 'sendTransfer';
      readonly opId: number;
      readonly place: Place;
      readonly lane: number | undefined;
      readonly id: string;
      readonly purpose: TransferKind;
      readonly bytes: BytesHandle;
      /** The part of the bytes to send; all when it is left out. */
      readonly range?: { readonly from: number; readonly to: number };
      /** Of an `upload`: goes in front of the picture, hexadecimal. */
      readonly contentKey?: string;
    }
  /** Completed with the handle of all its bytes. */
  | { readonly kind: 'acceptTransfer'; readonly opId: number; readonly transfer: number }
  | { readonly kind: 'refuseTransfer'; readonly transfer: number }
  /** All changes or none, on the disk when it is completed. */
  | { readonly kind: 'store'; readonly opId: number; readonly changes: readonly Change[] }
  | { readonly kind: 'job'; readonly opId: number; readonly job: Job }
  | { readonly kind: 'release'; readonly bytes: BytesHandle }
  | { readonly kind: 'answer'; readonly callId: number; readonly outcome: Outcome }
  | { readonly kind: 'progress'; readonly callId: number; readonly progress: Progress }
  | { readonly kind: 'report'; readonly news: News };

export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: ClientError };
