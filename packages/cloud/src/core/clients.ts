import type { WireAddress } from '@p2pimg/wire';
import { toHex } from '@p2pimg/wire';
import type { SessionId } from './effects.ts';
import type { RecentAsker } from './procedures/procedure.ts';

/** A client as its session shows it: the key is proven, the address is where its datagrams come from. */
export interface Client {
  readonly session: SessionId;
  readonly key: Uint8Array;
  readonly keyHex: string;
  readonly address: WireAddress;
  readonly recent: RecentAsker;
}

/** The sessions that are up. How many there can be is the transport's limit. */
export class Clients {
  readonly #sessions = new Map<SessionId, Client>();

  up(session: SessionId, key: Uint8Array, address: WireAddress): void {
    this.#sessions.set(session, {
      session,
      key,
      keyHex: toHex(key),
      address,
      recent: { clientId: undefined, askedAt: 0 },
    });
  }

  down(session: SessionId): void {
    this.#sessions.delete(session);
  }

  get(session: SessionId): Client | undefined {
    return this.#sessions.get(session);
  }

  get size(): number {
    return this.#sessions.size;
  }
}
