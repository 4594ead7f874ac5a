import type { DirectoryCall } from '@p2pimg/directory';
import type { ServerId } from '@p2pimg/election';
import type { SignedGrant } from '@p2pimg/rights';
import type { CloudMessage, ElectionNotice, RequestNotice } from '@p2pimg/wire';
import type { CloudFact } from './facts.ts';

/** Numbers one session with a client; never used again by the same process. */
export type SessionId = number;
/** Numbers one thing that was asked for; its result comes back as a `completed` event with the same number. */
export type OperationId = number;

/** Bytes that the core passes on without looking inside. */
export interface BytesHandle {
  readonly byteLength: number;
}

/** Work for another thread. */
export type Job =
  | {
      readonly kind: 'encode';
      /** The content key and the picture, as they came (`decodeUpload`). */
      readonly upload: BytesHandle;
      /** SHA-256 that the picture must have, 64 hexadecimal digits. */
      readonly digest: string;
      readonly mime: string;
      readonly cover: string | undefined;
    }
  /** Opens the cloud's share of the grant and seals it to the nonce. */
  | { readonly kind: 'releaseShare'; readonly grant: SignedGrant; readonly nonce: Uint8Array };

/** What a job comes to. */
export interface JobResults {
  readonly encode: { readonly picture: BytesHandle /** 64 hexadecimal digits. */; readonly digest: string };
  readonly releaseShare: { readonly share: Uint8Array };
}

export type CloudEffect =
  | {
      readonly type: 'sendPeer';
      readonly to: ServerId;
      readonly message: ElectionNotice;
      /** False: one datagram that may be lost. */
      readonly reliable: boolean;
    }
  /** Reliable. Notices of one moment leave in one message (`NoticeBatches`). */
  | { readonly type: 'notify'; readonly to: readonly ServerId[]; readonly notice: RequestNotice }
  /** Reliable. What is too long for a message travels as an `answer` transfer. */
  | { readonly type: 'sendClient'; readonly session: SessionId; readonly message: CloudMessage }
  /** Completes with the lane's number. */
  | { readonly type: 'openLane'; readonly opId: OperationId; readonly session: SessionId }
  | { readonly type: 'closeLane'; readonly session: SessionId; readonly lane: number }
  /** The client will send `bytes` bytes on that lane as an `upload`; completes with a handle. */
  | {
      readonly type: 'expectUpload';
      readonly opId: OperationId;
      readonly session: SessionId;
      readonly lane: number;
      readonly requestId: string;
      readonly bytes: number;
    }
  /** Sends a `result` on that lane; completes when the client's transport has it all. */
  | {
      readonly type: 'sendTransfer';
      readonly opId: OperationId;
      readonly session: SessionId;
      readonly lane: number;
      readonly requestId: string;
      readonly bytes: BytesHandle;
    }
  | { readonly type: 'directory'; readonly opId: OperationId; readonly call: DirectoryCall }
  | { readonly type: 'job'; readonly opId: OperationId; readonly job: Job }
  /** Nobody waits for that operation any more: stop it if that can be done. */
  | { readonly type: 'abandon'; readonly opId: OperationId }
  /** Failure simulation: from now on deaf and mute, or no longer. */
  | { readonly type: 'silence'; readonly silent: boolean }
  | { readonly type: 'report'; readonly fact: CloudFact };
