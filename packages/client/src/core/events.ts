/** What the world tells the core. Completions may come in any order, late, doubled or never. */

import type { CloudMessage, PeerMessage, WireAddress } from '@p2pimg/wire';
import type { Call } from './calls.ts';
import type { Place, TransferKind } from './effects.ts';
import type { OperationError } from './errors.ts';

export type ClientEvent =
  | { readonly kind: 'call'; readonly callId: number; readonly call: Call }
  | { readonly kind: 'completed'; readonly opId: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly opId: number; readonly error: OperationError }
  /** Bytes that the other end has acknowledged, or that have arrived here, so far. */
  | { readonly kind: 'transferred'; readonly opId: number; readonly bytes: number }
  | { readonly kind: 'cloudUp'; readonly server: string }
  | { readonly kind: 'cloudDown'; readonly server: string }
  | { readonly kind: 'cloudMessage'; readonly server: string; readonly message: CloudMessage }
  /** `address`: of the session that it came through. */
  | {
      readonly kind: 'peerMessage';
      readonly peer: string;
      readonly address: WireAddress;
      readonly message: PeerMessage;
    }
  | {
      readonly kind: 'transferOffered';
      readonly place: Place;
      readonly transfer: number;
      readonly id: string;
      readonly purpose: TransferKind;
      readonly size: number;
    }
  | { readonly kind: 'tick' };
