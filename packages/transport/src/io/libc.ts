import { loadFfi, words } from '../node/ffi.ts';

/** Linux: `sys/socket.h`. */
export const MSG_DONTWAIT = 0x40n;

/** The calls of libc that `node:dgram` lacks, or that it wraps at a price. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  /** `bytes` and `address` are pointers. */
  sendto(fd: bigint, bytes: bigint, length: bigint, flags: bigint, address: bigint, addressLength: bigint): number;
  /** All but the first, third and fourth are pointers. */
  recvfrom(fd: bigint, bytes: bigint, room: bigint, flags: bigint, address: bigint, addressLength: bigint): number;
  close(fd: number): number;
  getRawPointer(bytes: Uint8Array): bigint;
}

const SYMBOLS = {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  setsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'u32'], return: 'i32' },
  bind: { arguments: ['i32', 'buffer', 'u32'], return: 'i32' },
  // What they return is at most as much as a datagram, or −1: it fits.
  sendto: { arguments: words(6), return: 'i32' },
  recvfrom: { arguments: words(6), return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
};

let loaded: Libc | undefined | 'not tried' = 'not tried';

/** libc, or undefined where it cannot be had. Tried once. */
export function loadLibc(): Libc | undefined {
  if (loaded === 'not tried') loaded = load();
  return loaded;
}

function load(): Libc | undefined {
  const ffi = loadFfi();
  try {
    const functions = ffi?.dlopen(null, SYMBOLS).functions as Omit<Libc, 'getRawPointer'> | undefined;
    if (ffi === undefined || functions === undefined) return undefined;
    return { ...functions, getRawPointer: (bytes) => ffi.getRawPointer(bytes) };
  } catch {
    // Another libc: plain sockets do.
    return undefined;
  }
}
