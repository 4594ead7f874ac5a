import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { type Ffi, type Library, loadFfi, word, words } from '../node/ffi.ts';

/** libuv: `uv.h`. */
const UV_POLL = 8;
const READABLE = 1;
const WRITABLE = 2;
/** `uv_poll_cb`: handle, status, events. Of the handle, which nobody wants, the lower half. */
const CALLBACK = { arguments: ['i32', 'i32', 'i32'], return: 'void' } as const;
/** A descriptor with an error that stays is looked at this often. */
const RETRY_MS = 10;

/** What is called in the libuv that this Node carries. All arguments are passed as words. */
interface Libuv {
  uv_handle_size(type: bigint): bigint;
  uv_handle_type_name(type: bigint): bigint;
  uv_poll_init(loop: bigint, handle: bigint, fd: bigint): number;
  uv_poll_start(handle: bigint, events: bigint, callback: bigint): number;
  uv_close(handle: bigint, callback: bigint): void;
}

const SYMBOLS = {
  uv_handle_size: { arguments: words(1), return: 'u64' },
  uv_handle_type_name: { arguments: words(1), return: 'pointer' },
  uv_poll_init: { arguments: words(3), return: 'i32' },
  uv_poll_start: { arguments: words(3), return: 'i32' },
  uv_close: { arguments: words(2), return: 'void' },
};

interface EventLoop {
  readonly ffi: Ffi;
  readonly library: Library;
  readonly libuv: Libuv;
  readonly handleBytes: number;
}

/**
 * What a file descriptor is watched for. Called while the loop polls, outside of node's callback scope: nothing of the program may run
 * there, and no promise be settled. What they throw surfaces in an immediate.
 */
export interface PollEvents {
  readonly onReadable: () => void;
  readonly onWritable: () => void;
}

let loaded: EventLoop | undefined | 'not tried' = 'not tried';

/**
 * A file descriptor in node's own event loop: libuv's `uv_poll_t` through `node:ffi`. For non-blocking descriptors that nothing else of this
 * process polls. It keeps the process alive until it is closed.
 *
 * What C points to is held until the loop has let go of it, whoever else forgets it: `node:ffi` holds a callback until it is unregistered, the
 * callback holds this object, and this object the memory. So the callback comes before the loop is told anything, and goes last.
 */
export class PollHandle {
  readonly #loop: EventLoop;
  /** The `uv_poll_t`, and where it is. */
  readonly #memory: Uint8Array;
  readonly #handle: bigint;
  readonly #callback: bigint;
  #wanted: number = READABLE;
  #retry: NodeJS.Timeout | undefined;
  #open = true;

  /** Watches `fd` for being readable; undefined where that is not to be had. Then the descriptor is as it was, but does not block. */
  static open(fd: number, events: PollEvents): PollHandle | undefined {
    if (loaded === 'not tried') loaded = load();
    if (loaded === undefined) return undefined;
    let handle: PollHandle;
    try {
      handle = new PollHandle(loaded, events);
    } catch {
      // No memory for code, as on a hardened system: dgram does.
      return undefined;
    }
    return handle.#watch(fd) ? handle : undefined;
  }

  private constructor(loop: EventLoop, events: PollEvents) {
    this.#loop = loop;
    this.#memory = new Uint8Array(new ArrayBuffer(loop.handleBytes));
    this.#handle = loop.ffi.getRawPointer(this.#memory);
    this.#callback = loop.library.registerCallback(CALLBACK, (_handle, status = 0, happened = 0) => {
      try {
        if (status < 0) this.#failed();
        if (status < 0 || (happened & READABLE) !== 0) events.onReadable();
        if ((happened & WRITABLE) !== 0) events.onWritable();
      } catch (error) {
        // C cannot take it.
        setImmediate(() => {
          throw error;
        });
      }
    });
  }

  /** Watches for being writable too, or no longer. */
  watchWritable(wanted: boolean): void {
    this.#wanted = wanted ? READABLE | WRITABLE : READABLE;
    if (this.#retry === undefined) this.#start();
  }

  /** No event follows, and the descriptor may be closed at once. Resolves when the loop has forgotten it. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    clearTimeout(this.#retry);
    this.#loop.libuv.uv_close(this.#handle, 0n);
    // Handles are forgotten after the immediates of a turn: the second turn from here has that behind it.
    await turnOfLoop();
    await turnOfLoop();
    this.#loop.library.unregisterCallback(this.#callback);
  }

  /** Whether the loop has taken the descriptor. If not, it points to nothing of this object. */
  #watch(fd: number): boolean {
    const { ffi, library, libuv } = this.#loop;
    if (libuv.uv_poll_init(ffi.getCurrentEventLoop(), this.#handle, BigInt(fd)) !== 0) {
      library.unregisterCallback(this.#callback);
      return false;
    }
    this.#start();
    return true;
  }

  #start(): void {
    if (this.#open) this.#loop.libuv.uv_poll_start(this.#handle, word(this.#wanted), this.#callback);
  }

  /** libuv has stopped watching, for there is an error. The read that follows takes it off the descriptor. */
  #failed(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = undefined;
      this.#start();
    }, RETRY_MS);
  }
}

/** Undefined without libuv, and in a worker: its loop has to be empty when the thread is stopped, from wherever it is. */
function load(): EventLoop | undefined {
  const ffi = isMainThread ? loadFfi() : undefined;
  try {
    if (ffi === undefined) return undefined;
    const { lib, functions } = ffi.dlopen(null, SYMBOLS);
    const libuv = functions as Libuv;
    if (ffi.toString(libuv.uv_handle_type_name(word(UV_POLL))) !== 'poll') return undefined;
    return { ffi, library: lib, libuv, handleBytes: Number(libuv.uv_handle_size(word(UV_POLL))) };
  } catch {
    // A Node that keeps libuv to itself: dgram does.
    return undefined;
  }
}
