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
  readonly #ring = new Array<HandshakePacket | undefined>(CAPACITY).fill(undefined);
  #first = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** False, and nothing kept, when it is full. */
  push(packet: HandshakePacket): boolean {
    if (this.#length === CAPACITY) return false;
    this.#ring[(this.#first + this.#length) % CAPACITY] = packet;
    this.#length++;
    return true;
  }

  shift(): HandshakePacket | undefined {
    const packet = this.#ring[this.#first];
    if (packet === undefined) return undefined;
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % CAPACITY;
    this.#length--;
    return packet;
  }
}
