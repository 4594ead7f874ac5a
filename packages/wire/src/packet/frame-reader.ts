import { MAX_ACK_RANGES, TRANSFER_ID_BYTES } from './constants.ts';
import { MalformedFrameError } from './errors.ts';
import { type AckFrame, type Frame, FrameType, PATH_DATA_BYTES, type PacketRange } from './frames.ts';
import { readU16, readU32, readU48 } from './integers.ts';

/**
 * Reads every frame of an opened control packet: the first `length` bytes of `b`. Byte fields are views into `b`.
 * @throws MalformedFrameError for an unknown type, a truncated frame or a range below zero.
 */
export function readFrames(b: Uint8Array, length: number = b.length): Frame[] {
  const reader = new FrameReader(b, length);
  const frames: Frame[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
  return frames;
}

class FrameReader {
  readonly #b: Uint8Array;
  readonly #end: number;
  #at = 0;

  constructor(b: Uint8Array, end: number) {
    this.#b = b;
    this.#end = end;
  }

  next(): Frame | undefined {
    const b = this.#b;
    while (this.#at < this.#end && b[this.#at] === FrameType.padding) this.#at++;
    if (this.#at >= this.#end) return undefined;
    const start = this.#at;
    const type = b[start]!;
    switch (type) {
      case FrameType.ping:
        this.#take(1);
        return { type };
      case FrameType.ack:
        return this.#ack();
      case FrameType.message: {
        const at = this.#take(13);
        return {
          type,
          number: readU32(b, at + 1),
          total: readU32(b, at + 5),
          offset: readU32(b, at + 9),
          bytes: this.#bytes(),
        };
      }
      case FrameType.datagram:
        this.#take(1);
        return { type, bytes: this.#bytes() };
      case FrameType.transferOpen: {
        const at = this.#take(14 + TRANSFER_ID_BYTES);
        return {
          type,
          transfer: readU32(b, at + 1),
          size: readU48(b, at + 5),
          purpose: b[at + 11]!,
          lane: readU16(b, at + 12),
          id: b.subarray(at + 14, at + 14 + TRANSFER_ID_BYTES),
        };
      }
      case FrameType.transferStatus: {
        const at = this.#take(19);
        return {
          type,
          transfer: readU32(b, at + 1),
          granted: readU48(b, at + 5),
          opened: readU32(b, at + 11),
          openedBeyond: readU32(b, at + 15),
        };
      }
      case FrameType.transferReset:
      case FrameType.transferStop: {
        const at = this.#take(6);
        return { type, transfer: readU32(b, at + 1), code: b[at + 5]! };
      }
      case FrameType.recordSpoiled: {
        const at = this.#take(9);
        return { type, transfer: readU32(b, at + 1), record: readU32(b, at + 5) };
      }
      case FrameType.transferPiece: {
        const at = this.#take(10);
        return {
          type,
          transfer: readU32(b, at + 1),
          record: readU32(b, at + 5),
          piece: b[at + 9]!,
          bytes: this.#bytes(),
        };
      }
      case FrameType.laneOffer:
      case FrameType.laneAccept: {
        const at = this.#take(5);
        return { type, lane: readU16(b, at + 1), port: readU16(b, at + 3) };
      }
      case FrameType.laneRefuse: {
        const at = this.#take(4);
        return { type, lane: readU16(b, at + 1), code: b[at + 3]! };
      }
      case FrameType.laneClose:
        return { type, lane: readU16(b, this.#take(3) + 1) };
      case FrameType.pathChallenge:
      case FrameType.pathResponse: {
        const at = this.#take(1 + PATH_DATA_BYTES);
        return { type, data: b.subarray(at + 1, at + 1 + PATH_DATA_BYTES) };
      }
      case FrameType.close:
        return { type, code: b[this.#take(2) + 1]! };
      default:
        throw new MalformedFrameError(`unknown type ${type}`, start);
    }
  }

  #ack(): AckFrame {
    const at = this.#take(14);
    const last = readU48(this.#b, at + 1);
    const others = this.#b[at + 9]!;
    if (others >= MAX_ACK_RANGES) throw new MalformedFrameError(`${others + 1} ranges`, at + 9);
    let first = last - readU32(this.#b, at + 10);
    const ranges: PacketRange[] = [{ first, last }];
    for (let i = 0; i < others; i++) {
      const next = this.#take(8);
      const upper = first - readU32(this.#b, next) - 2;
      first = upper - readU32(this.#b, next + 4);
      ranges.push({ first, last: upper });
    }
    if (first < 0) throw new MalformedFrameError('range below zero', at);
    return { type: FrameType.ack, delay: readU16(this.#b, at + 7), ranges };
  }

  #bytes(): Uint8Array {
    const length = readU16(this.#b, this.#take(2));
    const at = this.#take(length);
    return this.#b.subarray(at, at + length);
  }

  /** Moves past `length` bytes and returns where they start. */
  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#end) throw new MalformedFrameError(`${length} bytes wanted`, at);
    this.#at = at + length;
    return at;
  }
}
