import { isIPv6 } from 'node:net';
import { readU16, writeU16 } from '@p2pimg/wire';
import type { Libc } from './libc.ts';

/** Linux: `sys/socket.h`. */
export const AF_INET = 2;
export const AF_INET6 = 10;

/** Bytes of `struct sockaddr_in`: family, port, address, eight bytes of nothing. */
export const IPV4_ADDRESS_BYTES = 16;
const IPV6_ADDRESS_BYTES = 28;
/** Where the port is in a `sockaddr` of either family, and where the four bytes of an IPv4 address are. */
const PORT_AT = 2;
export const IPV4_HOST_AT = 4;
const IPV6_HOST_AT = 8;

/** Hosts whose `sockaddr` is kept. */
const KEPT_ADDRESSES = 256;

/** A buffer and where it is. */
export interface Pinned {
  readonly bytes: Uint8Array;
  readonly pointer: bigint;
  readonly length: bigint;
}

/** `bytes` have memory of their own. Valid as long as the result is held. */
export function pin(libc: Libc, bytes: Uint8Array): Pinned {
  return { bytes, pointer: libc.getRawPointer(bytes), length: BigInt(bytes.length) };
}

/** The port of the `sockaddr` at `at`. */
export const portAt = (b: Uint8Array, at: number): number => readU16(b, at + PORT_AT);

/** `struct sockaddr_in` or `sockaddr_in6` of a literal without a zone, in memory of its own. */
export function socketAddress(host: string, port: number): Uint8Array {
  const six = isIPv6(host);
  const b = new Uint8Array(new ArrayBuffer(six ? IPV6_ADDRESS_BYTES : IPV4_ADDRESS_BYTES));
  // In the order of the machine, which has the lower byte first.
  b[0] = six ? AF_INET6 : AF_INET;
  writeU16(b, PORT_AT, port);
  b.set(six ? ipv6Bytes(host) : host.split('.').map(Number), six ? IPV6_HOST_AT : IPV4_HOST_AT);
  return b;
}

/** Where datagrams go to, as C wants it: made once for each host. */
export class SocketAddresses {
  readonly #libc: Libc;
  readonly #kept = new Map<string, Pinned>();

  constructor(libc: Libc) {
    this.#libc = libc;
  }

  /** Valid until the next call. */
  get(host: string, port: number): Pinned {
    let address = this.#kept.get(host);
    if (address === undefined) {
      if (this.#kept.size >= KEPT_ADDRESSES) this.#kept.clear();
      address = pin(this.#libc, socketAddress(host, port));
      this.#kept.set(host, address);
    }
    writeU16(address.bytes, PORT_AT, port);
    return address;
  }
}

/** The sixteen bytes of an IPv6 literal: the URL parser writes it in its shortest form, here it is filled up. */
function ipv6Bytes(host: string): Uint8Array {
  const [left = '', right = ''] = new URL(`http://[${host}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string): number[] =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const head = groups(left);
  const tail = groups(right);
  const words = [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail];
  return Uint8Array.from(words.flatMap((word) => [word >>> 8, word & 0xff]));
}
