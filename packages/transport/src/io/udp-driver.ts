/** What the transport needs of sockets. Two implementations pass the same tests. */
export interface UdpDriver {
  readonly name: 'dgram' | 'offload';
  /** Datagrams that one `send` takes at most; the slab is that large. */
  readonly segmentsPerSend: number;
  /** Opens a socket. Rejects with the system's error, such as EADDRINUSE. */
  open(host: string, port: number, events: SocketEvents): Promise<UdpSocket>;
}

export interface SocketEvents {
  /**
   * One receive: a datagram, or several of one sender merged by the kernel, in the first `length` bytes of `batch`. They are valid during the
   * call only, and no Buffer: views of one cost more, and code that sees both kinds runs slower on each.
   */
  readonly onBatch: (batch: Uint8Array, length: number, host: string, port: number) => void;
  /** Something can be read: by calling `read`, in this turn, outside of this call. `onBatch` then follows. Told again in the next turn if it was not, or not all. */
  readonly onReadable: (read: () => void) => void;
}

export interface UdpSocket {
  readonly port: number;
  /** Datagrams that the receive buffer holds, in bytes of payload. */
  readonly receiveBuffer: number;
  /**
   * Sends `bytes` from the start of the slab as datagrams of 1,024 bytes, the last one shorter or not.
   * What an address does not take, or is none for this socket, is lost: any literal may be given.
   * Returns whether the slab can be used again at once; otherwise the caller takes a new one.
   */
  send(slab: Uint8Array, bytes: number, host: string, port: number): boolean;
  close(): Promise<void>;
}
