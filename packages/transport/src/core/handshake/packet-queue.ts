import { Fifo } from '../fifo.ts';
import type { Path } from '../path.ts';

/** More than arrive in one turn of a loop that reads its socket 1,024 times. */
const CAPACITY = 2_048;

export interface HandshakePacket {
  readonly path: Path;
  readonly bytes: Uint8Array;
}

/**
 * Handshake packets and cookie replies that wait to be sent, oldest first. Bounded: whoever floods is answered, too, and an honest
 * answer behind thousands of others would come too late. What finds no room is lost as on the way; initiators ask again.
 */
export class HandshakePacketQueue {
  readonly #packets = new Fifo<HandshakePacket>();

  get length(): number {
    return this.#packets.length;
  }

  /** False, and nothing kept, when it is full. */
  push(packet: HandshakePacket): boolean {
    if (this.#packets.length === CAPACITY) return false;
    this.#packets.push(packet);
    return true;
  }

  shift(): HandshakePacket | undefined {
    return this.#packets.shift();
  }
}
