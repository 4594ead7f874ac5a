import type { Lane } from './interface.ts';

/** A worker lane as the program sees it. */
export class LaneHandle implements Lane {
  readonly id: number;
  readonly localPort: number;
  readonly remotePort: number;
  readonly #closed: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #close: () => void;

  constructor(id: number, localPort: number, remotePort: number, close: () => void) {
    this.id = id;
    this.localPort = localPort;
    this.remotePort = remotePort;
    this.#close = close;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  close(): void {
    this.#close();
  }

  /** The core has freed it. */
  ended(): void {
    this.#closed.resolve();
  }
}
