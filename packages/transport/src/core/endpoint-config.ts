import type { VersionRange } from '@p2pimg/wire';
import type { CryptoSuite, RandomBytes } from './crypto-suite.ts';
import type { EndpointLimits } from './limits.ts';
import type { Path } from './path.ts';
import type { CongestionController } from './recovery/congestion.ts';
import type { Session } from './session/session.ts';

export type EndpointAdmission =
  | { readonly admit: false }
  | { readonly admit: true; readonly preSharedKeys?: readonly Uint8Array[] };

export interface EndpointConfig {
  readonly suite: CryptoSuite;
  readonly random: RandomBytes;
  /** Raw X25519 private key. */
  readonly privateKey: Uint8Array;
  readonly limits: EndpointLimits;
  /** Makes the congestion controller of a session; default: `Bbr`. */
  readonly congestion?: () => CongestionController;
  readonly admit: (publicKey: Uint8Array, from: Path) => EndpointAdmission;
  /** What has to be added to `now` for milliseconds since 1970. */
  readonly epochMs: number;
  /** Bytes that our socket's receive buffer holds as datagrams. */
  readonly receiveBuffer: number;
  /** Of the application's messages that are spoken here. */
  readonly versions: VersionRange;
  /** A handshake with somebody who is let in failed for want of a version that both speak. */
  readonly incompatible?: (publicKey: Uint8Array, path: Path, theirs: VersionRange) => void;
}

export interface EndpointTarget {
  readonly publicKey: Uint8Array;
  readonly preSharedKey?: Uint8Array;
  readonly path: Path;
  /**
   * A session with the same peer that may be lost: the new one takes its place only if the peer does not have it any more.
   * Else the new one closes with `still-open`, and the peer has given a sign of life.
   */
  readonly replaces?: Session;
}
