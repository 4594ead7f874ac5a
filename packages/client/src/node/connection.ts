/** The UDP parent port and the sessions on it. All of it is opened anew when the keys change: a session's key is its identity. */

import type { ClientKeys, Manifest } from '@p2pimg/identity';
import { type Address, openTransport, type Transport } from '@p2pimg/transport';
import type { WireError } from '@p2pimg/wire';
import type { ClientConfig } from './config.ts';
import type { Driver } from './driver.ts';
import { Network } from './network.ts';

type OnMalformed = (from: string, error: WireError) => void;

export class Connection {
  readonly #config: ClientConfig;
  readonly #manifest: Manifest;
  readonly #keys: () => ClientKeys;
  #transport!: Transport;
  #network: Network | undefined;
  #connect: () => void = () => {};

  private constructor(config: ClientConfig, manifest: Manifest, keys: () => ClientKeys) {
    this.#config = config;
    this.#manifest = manifest;
    this.#keys = keys;
  }

  /** Binds the port; nobody is let in, and nothing sent, before {@link start}. @throws EADDRINUSE */
  static async open(config: ClientConfig, manifest: Manifest, keys: () => ClientKeys): Promise<Connection> {
    const connection = new Connection(config, manifest, keys);
    await connection.#bind(config.bind);
    return connection;
  }

  get address(): Address {
    return this.#transport.address;
  }

  start(driver: Driver, onMalformed: OnMalformed): void {
    this.#connect = () => {
      this.#network = new Network(this.#transport, this.#manifest, driver.dispatch, onMalformed);
      driver.attach(this.#network);
    };
    this.#connect();
  }

  /** The same port, with the keys as they are now; whatever was under way is lost, as with a network that fails. */
  async reopen(): Promise<void> {
    const { address } = this;
    this.#network?.close();
    await this.#transport.close();
    await this.#bind(address);
    this.#connect();
  }

  async close(): Promise<void> {
    this.#network?.close();
    await this.#transport.close();
  }

  async #bind(bind: Address): Promise<void> {
    const { driver } = this.#config;
    this.#transport = await openTransport({
      keys: this.#keys().box,
      bind,
      admit: () => ({ admit: this.#network !== undefined }),
      onSession: (session) => this.#network?.accept(session),
      onIncompatible: (publicKey, _from, theirs) => this.#network?.incompatible(publicKey, theirs),
      ...(driver === undefined ? {} : { driver }),
    });
  }
}
