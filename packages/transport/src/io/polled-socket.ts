import { Fifo } from '../core/fifo.ts';
import { BatchReader } from './batch-reader.ts';
import type { Libc } from './libc.ts';
import { PollHandle } from './poll-handle.ts';
import { SegmentSender } from './segment-sender.ts';
import type { SocketEvents, UdpSocket } from './udp-driver.ts';

/** What may wait for room in the send buffer; past it datagrams are lost, as at any full device. */
const MAX_WAITING_BYTES: number = 4 * 1024 * 1024;

interface Waiting {
  readonly bytes: Uint8Array;
  readonly host: string;
  readonly port: number;
}

export interface BoundSocket {
  readonly fd: number;
  readonly port: number;
  readonly receiveBuffer: number;
}

/** An IPv4 socket that the event loop watches by itself: neither reading nor sending makes an object. */
export class PolledSocket implements UdpSocket {
  readonly port: number;
  readonly receiveBuffer: number;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #sender: SegmentSender;
  readonly #reader: BatchReader;
  readonly #waiting = new Fifo<Waiting>();
  #waitingBytes = 0;
  #handle: PollHandle | undefined;

  /** Takes over a bound socket with offloads set; undefined where the event loop cannot be asked to watch it. */
  static open(libc: Libc, bound: BoundSocket, events: SocketEvents): PolledSocket | undefined {
    const socket = new PolledSocket(libc, bound, events);
    const read = (): void => socket.#reader.read();
    socket.#handle = PollHandle.open(bound.fd, {
      onReadable: () => events.onReadable(read),
      onWritable: () => socket.#sendWaiting(),
    });
    return socket.#handle === undefined ? undefined : socket;
  }

  private constructor(libc: Libc, { fd, port, receiveBuffer }: BoundSocket, events: SocketEvents) {
    this.port = port;
    this.receiveBuffer = receiveBuffer;
    this.#libc = libc;
    this.#fd = fd;
    this.#sender = new SegmentSender(libc, fd);
    this.#reader = new BatchReader(libc, fd, events.onBatch);
  }

  send(slab: Uint8Array, bytes: number, host: string, port: number): boolean {
    // An IPv4 socket reaches no IPv6 address, of which a zone could not even be written down here.
    if (this.#handle === undefined || host.includes(':')) return true;
    const done = this.#waiting.length > 0 ? 0 : this.#sender.send(slab, bytes, host, port);
    if (done < bytes) this.#keep(slab.subarray(done, bytes), host, port);
    return true;
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    if (handle === undefined) return;
    this.#handle = undefined;
    this.#reader.close();
    const closed = handle.close();
    this.#libc.close(this.#fd);
    await closed;
  }

  /** Copies what the slab holds: the next send comes at once. */
  #keep(bytes: Uint8Array, host: string, port: number): void {
    if (this.#waitingBytes + bytes.length > MAX_WAITING_BYTES) return;
    const copy = new Uint8Array(new ArrayBuffer(bytes.length));
    copy.set(bytes);
    this.#waiting.push({ bytes: copy, host, port });
    this.#waitingBytes += copy.length;
    this.#handle?.watchWritable(true);
  }

  #sendWaiting(): void {
    for (let next = this.#waiting.first; next !== undefined; next = this.#waiting.first) {
      const { bytes, host, port } = next;
      const done = this.#sender.send(bytes, bytes.length, host, port);
      this.#waiting.shift();
      this.#waitingBytes -= done;
      if (done < bytes.length) {
        this.#waiting.unshift({ bytes: bytes.slice(done), host, port });
        return;
      }
    }
    this.#handle?.watchWritable(false);
  }
}
