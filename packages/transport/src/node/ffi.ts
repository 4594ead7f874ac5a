/** What is used of `node:ffi` (Node ≥ 26). Pointers and lengths of pointer size are `bigint`. */
export interface Ffi {
  dlopen(path: null, symbols: Record<string, Signature>): { readonly lib: Library; readonly functions: unknown };
  /** Address of the bytes: only of a buffer with memory of its own, and only as long as an object holds it. */
  getRawPointer(bytes: Uint8Array): bigint;
  /** The `uv_loop_t` of this thread. */
  getCurrentEventLoop(): bigint;
  getInt32(pointer: bigint, offset: number): number;
  /** The text at a `char *`. */
  toString(pointer: bigint): string | null;
}

export interface Library {
  /** The address of a C function that calls `callback`, which must not throw, return a promise, or unregister itself. */
  registerCallback(signature: Signature, callback: (...values: number[]) => void): bigint;
  unregisterCallback(pointer: bigint): void;
}

/**
 * Types of so many arguments, each a pointer or a whole number ≥ 0, and each passed as a `bigint`. Node calls such functions as
 * they are, in some nanoseconds; for all other types it looks at the arguments first, and beyond three of them gathers them in an array.
 * Calling conventions hand pointers and integers over alike, and a callee that wants an `int` reads the lower half.
 */
export const words = (count: number): string[] => new Array<string>(count).fill('pointer');

/** What a function takes and gives, by the names that `node:ffi` has for types. */
export interface Signature {
  readonly arguments: readonly string[];
  readonly return: string;
}

const KEPT_WORDS = 1_024;
const kept = Array.from({ length: KEPT_WORDS }, (_, i) => BigInt(i));

/** A whole number as an argument. To make a `bigint` is a call into the engine: small ones are kept. */
export const word = (value: number): bigint => kept[value] ?? BigInt(value);

let loaded: Ffi | undefined | 'not tried' = 'not tried';

/** `node:ffi` on Linux, or undefined where it is not to be had. Tried once; never warns. */
export function loadFfi(): Ffi | undefined {
  if (loaded === 'not tried') loaded = process.platform === 'linux' ? quietly(load) : undefined;
  return loaded;
}

function load(): Ffi | undefined {
  try {
    return process.getBuiltinModule('node:ffi') as unknown as Ffi | undefined;
  } catch {
    // No such module, or no permission: the plain ways do.
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
