/** How long things may take, in ms, and how much is kept. */
export interface CoreSettings {
  /** Ids of all servers of the manifest. */
  readonly servers: readonly string[];
  /** 32 hexadecimal digits. */
  readonly cloudId: string;
  /** Where peers reach this client: the host when it is stated, and the bound parent port. */
  readonly host: string | undefined;
  readonly port: number;
  readonly visibility: 'everyone' | 'contacts' | 'nobody';
  /** A request to the cloud is given up after this (default 15,000). */
  readonly requestMs: number;
  /** An encoding is given up after this (default 120,000). */
  readonly encodeMs: number;
  /** Shortest pause before a request is sent again (default 300); longer when answers take longer, and doubled, up to eight times that. */
  readonly retransmitMs: number;
  /** A peer's acknowledgement is awaited for this long (default 5,000). */
  readonly peerAckMs: number;
  /** A picture must start to arrive within this time after it was accepted (default 20,000). */
  readonly transferStartMs: number;
  /** First pause before the outbox tries a peer again (default 2,000); doubled up to 60,000. */
  readonly outboxMs: number;
  /** Remembered keys of a peer are looked up again after this (default 600,000), and in each new process. */
  readonly keysFreshMs: number;
  /** Requests and offers that wait for a person: in all (default 500) and from one peer (default 50). */
  readonly maxWaiting: number;
  readonly maxWaitingPerPeer: number;
  /** Answered requests and history entries that are remembered (default 1,000 each). */
  readonly maxRemembered: number;
}

export const DEFAULT_SETTINGS: Omit<CoreSettings, 'servers' | 'cloudId' | 'host' | 'port'> = {
  visibility: 'everyone',
  requestMs: 15_000,
  encodeMs: 120_000,
  retransmitMs: 300,
  peerAckMs: 5_000,
  transferStartMs: 20_000,
  outboxMs: 2_000,
  keysFreshMs: 600_000,
  maxWaiting: 500,
  maxWaitingPerPeer: 50,
  maxRemembered: 1_000,
};
