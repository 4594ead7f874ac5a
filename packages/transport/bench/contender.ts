/** One way to move bytes, in the client's hands. Its server runs in another process. What a contender cannot do is left out. */
export interface Contender {
  readonly name: string;
  /** Sends `bytes` and resolves when the server has it all. */
  bulk(bytes: Uint8Array): Promise<void>;
  /** Sends `up` over something long-lived and resolves with what the server answers: `down` bytes. */
  exchange?(up: Uint8Array, down: number): Promise<void>;
  /** The same over something new: a worker port or a stream of its own, or a connection where there is no such thing. */
  fresh?(up: Uint8Array, down: number): Promise<void>;
  /** Sends a short message and resolves when its echo is here. */
  roundTrip?(message: Uint8Array): Promise<void>;
  /** Opens an authenticated session or connection and closes it. */
  open?(): Promise<void>;
  packets?(): Packets;
  close(): Promise<void>;
}

/** Datagrams sent, those among them that repeat something, and those that did so for nothing. */
export interface Packets {
  readonly sent: number;
  readonly repeated: number;
  readonly spurious: number;
}

/** Where a server is; it sends this as its first message. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  /** Of ours only: its static key. */
  readonly publicKey?: readonly number[];
}

export const CONTENDERS = ['ours', 'ours-dgram', 'ours-plain', 'dgram', 'tcp', 'tls', 'udx', 'quinn'] as const;
/** The last two only over a link: the same sockets with a congestion control of their own. */
export type ContenderName = (typeof CONTENDERS)[number] | 'tcp-cubic' | 'tcp-bbr';

/** What a server process answers when it is asked. */
export interface ServerReport {
  /** Bytes of bulk uploads received so far. */
  readonly received: number;
  readonly cpuMs: number;
}

export interface Server {
  readonly address: ServerAddress;
  /** Bytes of bulk uploads received so far. */
  received(): number;
}

export interface ContenderModule {
  /** Listens on a free port of `host`. */
  serve(name: ContenderName, host: string): Promise<Server>;
  connect(name: ContenderName, server: ServerAddress): Promise<Contender>;
}

export const LOOPBACK = '127.0.0.1';
