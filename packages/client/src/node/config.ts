import type { Address, TransportOptions } from '@p2pimg/transport';
import type { CoreSettings } from '../core/settings.ts';
import { ClientConfigError } from './errors.ts';

export interface ClientConfig {
  /** The folder of the profile; made when it is missing. One process at a time. */
  readonly profile: string;
  /** The signed manifest of the cloud, as a file's bytes. The first one is believed and pinned. */
  readonly manifest: Uint8Array;
  /** The UDP parent port; port 0 takes a free one. */
  readonly bind: Address;
  /** Where peers reach this client, when the servers cannot see it: an IP literal. */
  readonly advertise?: string;
  /** Who sees this client in the list. Default `everyone`. */
  readonly visibility?: CoreSettings['visibility'];
  /** Of the key file. */
  readonly passphrase?: string;
  /** Times, where the defaults do not fit; see `CoreSettings`. */
  readonly timers?: Partial<Pick<CoreSettings, TimerName>>;
  readonly driver?: TransportOptions['driver'];
}

export type TimerName =
  | 'requestMs'
  | 'encodeMs'
  | 'retransmitMs'
  | 'peerAckMs'
  | 'transferStartMs'
  | 'outboxMs'
  | 'keysFreshMs';

/** @throws ClientConfigError */
export function settingsOf({ visibility, timers = {} }: ClientConfig): Partial<CoreSettings> {
  for (const [name, value] of Object.entries(timers)) {
    if (!Number.isInteger(value) || value < 1 || value > 3_600_000) {
      throw new ClientConfigError(`${name}: a whole number of milliseconds from 1 to 3600000`);
    }
  }
  return { ...timers, ...(visibility === undefined ? {} : { visibility }) };
}
