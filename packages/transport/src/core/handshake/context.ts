import type { EndpointConfig } from '../endpoint-config.ts';
import type { StaticKeyPair } from '../noise/static-key-pair.ts';
import type { Path } from '../path.ts';
import type { DropReason } from '../session/host.ts';
import type { Session } from '../session/session.ts';

/** What both halves of the handshake need of the endpoint. */
export interface HandshakeContext {
  readonly config: EndpointConfig;
  readonly keys: StaticKeyPair;
  readonly sessionCount: number;
  newSession(remoteKey: Uint8Array, initiator: boolean): Session;
  /** The session with this local connection id. */
  find(localId: number): Session | undefined;
  forget(session: Session): void;
  /** It has another time-out. */
  wake(session: Session): void;
  send(path: Path, bytes: Uint8Array): void;
  drop(reason: DropReason): void;
}
