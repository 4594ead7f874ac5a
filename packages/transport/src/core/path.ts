/** One of our sockets and one address of a peer. */
export interface Path {
  /** The driver's number of the socket: 0 is the parent port. */
  readonly socket: number;
  readonly host: string;
  readonly port: number;
}

export const samePath = (a: Path, b: Path): boolean => a.socket === b.socket && a.port === b.port && a.host === b.host;
