import { loadFfi, words } from '../node/ffi.ts';

/** Linux: `sys/socket.h`, `netinet/udp.h`. */
export const MSG_DONTWAIT = 0x40n;
export const SOL_UDP = 17;

/** Linux: `errno.h`. */
export const ERRNO = { EIO: 5, EAGAIN: 11, EINVAL: 22, EMSGSIZE: 90 } as const;

export const INT_BYTES = 4;

/** An `int` for C, or room for one. */
export function int(value: number): Buffer {
  const b = Buffer.alloc(INT_BYTES);
  b.writeInt32LE(value);
  return b;
}

/** The calls of libc that `node:dgram` lacks, or that it wraps at a price. */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  getsockopt(fd: number, level: number, name: number, value: Uint8Array, length: Uint8Array): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  getsockname(fd: number, address: Uint8Array, length: Uint8Array): number;
  /** `bytes` and `address` are pointers. */
  sendto(fd: bigint, bytes: bigint, length: bigint, flags: bigint, address: bigint, addressLength: bigint): number;
  /** All but the first, third and fourth are pointers. */
  recvfrom(fd: bigint, bytes: bigint, room: bigint, flags: bigint, address: bigint, addressLength: bigint): number;
  close(fd: number): number;
  getRawPointer(bytes: Uint8Array): bigint;
  /** Why the call right before has failed: one of `ERRNO`, or another number. */
  errno(): number;
}

const SYMBOLS = {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  setsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'u32'], return: 'i32' },
  getsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'buffer'], return: 'i32' },
  bind: { arguments: ['i32', 'buffer', 'u32'], return: 'i32' },
  getsockname: { arguments: ['i32', 'buffer', 'buffer'], return: 'i32' },
  // What they return is at most as much as a datagram, or −1: it fits.
  sendto: { arguments: words(6), return: 'i32' },
  recvfrom: { arguments: words(6), return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
  // Where `errno` of this thread is, in glibc and in musl.
  __errno_location: { arguments: [], return: 'pointer' },
};

type Functions = Omit<Libc, 'getRawPointer' | 'errno'> & { __errno_location(): bigint };

let loaded: Libc | undefined | 'not tried' = 'not tried';

/** libc, or undefined where it cannot be had. Tried once. */
export function loadLibc(): Libc | undefined {
  if (loaded === 'not tried') loaded = load();
  return loaded;
}

function load(): Libc | undefined {
  const ffi = loadFfi();
  try {
    const functions = ffi?.dlopen(null, SYMBOLS).functions as Functions | undefined;
    if (ffi === undefined || functions === undefined) return undefined;
    const errnoAt = functions.__errno_location();
    return {
      ...functions,
      getRawPointer: (bytes) => ffi.getRawPointer(bytes),
      errno: () => ffi.getInt32(errnoAt, 0),
    };
  } catch {
    // Another libc: plain sockets do.
    return undefined;
  }
}
