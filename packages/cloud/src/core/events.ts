import type { MemberConfig, ServerId } from '@p2pimg/election';
import type { ClientMessage, ServerMessage, WireAddress } from '@p2pimg/wire';
import type { OperationId, SessionId } from './effects.ts';

/** Why an operation failed. */
export interface OperationFailure {
  /**
   * `refused`: for good, the client's request is at fault. `unavailable`: not now; what was asked may have happened all the same.
   * `gone`: the client's session or lane ended.
   */
  readonly kind: 'refused' | 'unavailable' | 'gone';
  /** Stable, `[a-z][a-z0-9_]{0,47}`: it travels to the client. */
  readonly code: string;
  readonly message: string;
  readonly retryAfterMs?: number;
}

export type OperationResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly failure: OperationFailure };

export type CloudEvent =
  /** The first event. */
  | { readonly type: 'start' }
  /** `nextTimeout()` is due. */
  | { readonly type: 'timeout' }
  /** A decoded message out of an authenticated session with the server `from`. */
  | { readonly type: 'serverMessage'; readonly from: ServerId; readonly message: ServerMessage }
  /** Something says that the peer may be gone. */
  | { readonly type: 'hint'; readonly peer: ServerId }
  /** This server's load (see election) and event-loop utilisation, 0 … 1. */
  | { readonly type: 'load'; readonly value: number; readonly utilization: number }
  /** The manifest changed. */
  | { readonly type: 'members'; readonly members: readonly MemberConfig[] }
  /** Take nothing new, hand over the lead, finish what is here. */
  | { readonly type: 'drain' }
  | {
      readonly type: 'sessionUp';
      readonly session: SessionId;
      /** X25519 public key: the client's identity. */
      readonly clientKey: Uint8Array;
      readonly address: WireAddress;
    }
  | { readonly type: 'sessionDown'; readonly session: SessionId }
  /** A decoded message of a client, and the server's wall clock (ms since the epoch) when it came. */
  | {
      readonly type: 'clientMessage';
      readonly session: SessionId;
      readonly message: ClientMessage;
      readonly wallMs: number;
    }
  /** An operation ended. Late, doubled and unknown completions change nothing. */
  | { readonly type: 'completed'; readonly opId: OperationId; readonly result: OperationResult };
