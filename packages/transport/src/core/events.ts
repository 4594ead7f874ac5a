import type { Session } from './session/session.ts';
import type { IncomingTransfer } from './transfers/incoming-transfer.ts';
import type { OutgoingTransfer } from './transfers/outgoing-transfer.ts';

/** `still-open`: the session that this one was to replace lives. `too-many-sessions`: here, `maxSessions`. */
export type SessionEnd =
  | 'local'
  | 'remote'
  | 'idle'
  | 'handshake-timeout'
  | 'refused'
  | 'still-open'
  | 'no-common-version'
  | 'too-many-sessions'
  | 'protocol-error';

/** Why a transfer did not come to its end. */
export type TransferFailure = 'refused' | 'reset' | 'stopped' | 'too-large' | 'too-many' | 'lane-closed';

/** What an endpoint tells its driver. Returned by the call that caused it, in order. */
export type EndpointEvent =
  /** A peer's session is established. */
  | { readonly type: 'incoming'; readonly session: Session }
  /** A session opened here is established. */
  | { readonly type: 'established'; readonly session: Session }
  /** Acknowledgements have been missing for long: the peer may have lost this session. Once until it gives a sign of life. */
  | { readonly type: 'unresponsive'; readonly session: Session }
  | { readonly type: 'closed'; readonly session: Session; readonly reason: SessionEnd }
  | { readonly type: 'message'; readonly session: Session; readonly bytes: Uint8Array }
  | { readonly type: 'message-acknowledged'; readonly session: Session; readonly number: number }
  /** Accept or refuse it before the next datagram is handled. */
  | { readonly type: 'transfer-offered'; readonly session: Session; readonly transfer: IncomingTransfer }
  | { readonly type: 'transfer-progress'; readonly session: Session; readonly transfer: IncomingTransfer }
  | { readonly type: 'transfer-received'; readonly session: Session; readonly transfer: IncomingTransfer }
  | {
      readonly type: 'receive-failed';
      readonly session: Session;
      readonly transfer: IncomingTransfer;
      readonly reason: TransferFailure;
    }
  | { readonly type: 'send-progress'; readonly session: Session; readonly transfer: OutgoingTransfer }
  | { readonly type: 'transfer-sent'; readonly session: Session; readonly transfer: OutgoingTransfer }
  | {
      readonly type: 'send-failed';
      readonly session: Session;
      readonly transfer: OutgoingTransfer;
      readonly reason: TransferFailure;
    }
  /** The peer offers a worker port: accept with one of ours, or refuse. */
  | { readonly type: 'lane-offered'; readonly session: Session; readonly lane: number }
  | { readonly type: 'lane-opened'; readonly session: Session; readonly lane: number }
  | { readonly type: 'lane-refused'; readonly session: Session; readonly lane: number; readonly socket: number }
  /** The lane is gone: its socket is free. */
  | { readonly type: 'lane-closed'; readonly session: Session; readonly lane: number; readonly socket: number };
