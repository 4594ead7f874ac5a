import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import { word } from '../node/ffi.ts';
import { ERRNO, type Libc, MSG_DONTWAIT } from './libc.ts';
import { type Pinned, pin, SocketAddresses } from './socket-address.ts';

/** Sends by `sendto`, with no object made: many datagrams with one call, until the system says that it cannot segment. */
export class SegmentSender {
  readonly #libc: Libc;
  readonly #fd: bigint;
  readonly #addresses: SocketAddresses;
  #slab: Pinned | undefined;
  #segmenting = true;

  /** The socket has `UDP_SEGMENT` set. */
  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = BigInt(fd);
    this.#addresses = new SocketAddresses(libc);
  }

  /** What one call may send. */
  get stride(): number {
    return this.#segmenting ? Number.POSITIVE_INFINITY : MAX_DATAGRAM_BYTES;
  }

  /**
   * Sends the first `bytes` of the slab, which has memory of its own. Returns how many of them are done with: sent, or refused for good, which
   * is noticed as a loss. The rest may go when the socket is writable again.
   * @param host a literal without a zone
   */
  send(slab: Uint8Array, bytes: number, host: string, port: number): number {
    if (this.#slab?.bytes !== slab) this.#slab = pin(this.#libc, slab);
    const { pointer } = this.#slab;
    const address = this.#addresses.get(host, port);
    for (let at = 0; at < bytes; ) {
      const length = Math.min(bytes - at, this.stride);
      const from = at === 0 ? pointer : pointer + BigInt(at);
      if (this.#libc.sendto(this.#fd, from, word(length), MSG_DONTWAIT, address.pointer, address.length) < 0) {
        const error = this.#libc.errno();
        if (error === ERRNO.EAGAIN) return at;
        // A device or a tunnel that cannot segment says so on the first try.
        if (length > MAX_DATAGRAM_BYTES && (error === ERRNO.EIO || error === ERRNO.EINVAL)) {
          this.#segmenting = false;
          continue;
        }
      }
      at += length;
    }
    return bytes;
  }
}
