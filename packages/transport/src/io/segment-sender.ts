import { MAX_DATAGRAM_BYTES } from '@p2pimg/wire';
import { word } from '../node/ffi.ts';
import { ERRNO, INT_BYTES, int, type Libc, MSG_DONTWAIT, SOL_UDP } from './libc.ts';
import { type Pinned, pin, SocketAddresses } from './socket-address.ts';

/** Linux: `linux/udp.h`. */
const UDP_SEGMENT = 103;

/**
 * Has the system cut what one call sends into datagrams of so many bytes; with 0 no longer. Returns 0, or a negative number if it cannot.
 */
export const segmentInto = (libc: Libc, fd: number, bytes: number): number =>
  libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, int(bytes), INT_BYTES);

/**
 * How Linux refuses a socket with `UDP_SEGMENT` set, whatever the length: on a route with IPsec, on a device that cannot do checksums, and where a
 * datagram of that size does not fit the path. Some addresses are refused with the same words.
 */
const REFUSALS: ReadonlySet<number> = new Set([ERRNO.EIO, ERRNO.EINVAL, ERRNO.EMSGSIZE]);

/** Sends by `sendto`, with no object made: many datagrams with one call, until the system says that it cannot segment. */
export class SegmentSender {
  readonly #libc: Libc;
  readonly #fd: bigint;
  readonly #addresses: SocketAddresses;
  #slab: Pinned | undefined;
  /** Whether the socket has `UDP_SEGMENT` set. */
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
    let doubted = false;
    for (let at = 0; at < bytes; ) {
      const length = Math.min(bytes - at, this.stride);
      const from = at === 0 ? pointer : pointer + BigInt(at);
      if (this.#libc.sendto(this.#fd, from, word(length), MSG_DONTWAIT, address.pointer, address.length) < 0) {
        const error = this.#libc.errno();
        if (error === ERRNO.EAGAIN) return at;
        if (doubted) {
          // It was not the segmenting: nobody else is to pay for this address.
          this.#segment(true);
          return bytes;
        }
        if (this.#segmenting && REFUSALS.has(error)) {
          doubted = true;
          this.#segment(false);
          continue;
        }
      }
      doubted = false;
      at += length;
    }
    return bytes;
  }

  #segment(wanted: boolean): void {
    this.#segmenting = wanted;
    segmentInto(this.#libc, Number(this.#fd), wanted ? MAX_DATAGRAM_BYTES : 0);
  }
}
