/** The envelopes around the bodies: who may say what on which link. */

import type { Failure } from './fields.ts';
import type { PeerAckBody, PeerBodies, PeerType } from './peer.ts';
import type { AckBodies, RequestBodies, RequestType } from './requests.ts';

/** A client's request, sent to all servers until one answers. */
export interface Request<T extends RequestType = RequestType> {
  readonly type: T;
  /** 128-bit id, 32 hexadecimal digits; the same for every retransmission. */
  readonly id: string;
  /** Milliseconds since the epoch, at most 10 minutes ahead: no server takes the request up after it. */
  readonly notAfter: number;
  /** Servers that the client can reach; empty when it does not know. */
  readonly servers: readonly string[];
  /** Servers that have failed this request. */
  readonly tried: readonly string[];
  readonly body: RequestBodies[T];
}

export type AnyRequest = { [T in RequestType]: Request<T> }[RequestType];

/** Ends one attempt at one server, not the request. */
export interface Cancel {
  readonly type: 'cancel';
  readonly id: string;
}

/** The server that handles the request says so, and which lane (worker port) it has opened for the transfer. */
export interface Assigned {
  readonly type: 'assigned';
  readonly id: string;
  readonly server: string;
  readonly lane?: number | undefined;
}

/** `refused` is final; after `error` the client may try again (elsewhere, or after `retryAfterMs`). */
export type Ack<T extends RequestType = RequestType> =
  | {
      readonly type: T;
      readonly id: string;
      readonly server: string;
      readonly status: 'success';
      readonly body: AckBodies[T];
    }
  | {
      readonly type: T;
      readonly id: string;
      readonly server: string;
      readonly status: 'refused' | 'error';
      readonly error: Failure;
    };

export type AnyAck = { [T in RequestType]: Ack<T> }[RequestType];

/** What may arrive at a server's parent port from a client. */
export type ClientMessage =
  | { readonly kind: 'request'; readonly request: AnyRequest }
  | { readonly kind: 'cancel'; readonly id: string };

/** What may arrive at a client from a server. */
export type CloudMessage =
  | { readonly kind: 'ack'; readonly ack: AnyAck }
  | { readonly kind: 'assigned'; readonly assigned: Assigned };

export interface PeerRequest<T extends PeerType = PeerType> {
  readonly type: T;
  readonly id: string;
  readonly body: PeerBodies[T];
}

export type AnyPeerRequest = { [T in PeerType]: PeerRequest<T> }[PeerType];

export type PeerAck =
  | { readonly type: PeerType; readonly id: string; readonly status: 'success'; readonly body: PeerAckBody }
  | { readonly type: PeerType; readonly id: string; readonly status: 'refused' | 'error'; readonly error: Failure };

/** What may arrive at a client from another client. */
export type PeerMessage =
  | { readonly kind: 'request'; readonly request: AnyPeerRequest }
  | { readonly kind: 'ack'; readonly ack: PeerAck };
