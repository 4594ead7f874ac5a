/** The four calls of libc that `node:dgram` lacks, through `node:ffi` (Node ≥ 26, Linux). */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  setsockopt(fd: number, level: number, name: number, value: Uint8Array, length: number): number;
  bind(fd: number, address: Uint8Array, length: number): number;
  close(fd: number): number;
}

interface Ffi {
  dlopen(path: null, symbols: Record<string, { arguments: string[]; return: string }>): { functions: unknown };
}

const SYMBOLS = {
  socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
  setsockopt: { arguments: ['i32', 'i32', 'i32', 'buffer', 'u32'], return: 'i32' },
  bind: { arguments: ['i32', 'buffer', 'u32'], return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
};

let loaded: Libc | undefined | 'not tried' = 'not tried';

/** libc, or undefined where it cannot be had. Tried once; never warns. */
export function loadLibc(): Libc | undefined {
  if (loaded === 'not tried') loaded = process.platform === 'linux' ? quietly(open) : undefined;
  return loaded;
}

function open(): Libc | undefined {
  try {
    const ffi = process.getBuiltinModule('node:ffi') as unknown as Ffi | undefined;
    return ffi?.dlopen(null, SYMBOLS).functions as Libc | undefined;
  } catch {
    // No such module, no permission, another libc: plain sockets do.
    return undefined;
  }
}

/** Users of the library did not ask for an experimental module: they are not to be warned of it. */
function quietly<T>(work: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return work();
  } finally {
    process.emitWarning = emitWarning;
  }
}
