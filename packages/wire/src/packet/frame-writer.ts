import { TRANSFER_ID_BYTES } from './constants.ts';
import {
  DATAGRAM_FRAME_OVERHEAD,
  type Frame,
  FrameType,
  MESSAGE_FRAME_OVERHEAD,
  PATH_DATA_BYTES,
  PIECE_FRAME_OVERHEAD,
} from './frames.ts';
import { writeU16, writeU32, writeU48 } from './integers.ts';

/** Bytes that `writeFrame` will write. */
export function frameBytes(frame: Frame): number {
  switch (frame.type) {
    case FrameType.ping:
      return 1;
    case FrameType.ack:
      return 10 + 4 + (frame.ranges.length - 1) * 8;
    case FrameType.message:
      return MESSAGE_FRAME_OVERHEAD + frame.bytes.length;
    case FrameType.datagram:
      return DATAGRAM_FRAME_OVERHEAD + frame.bytes.length;
    case FrameType.transferOpen:
      return 14 + TRANSFER_ID_BYTES;
    case FrameType.transferStatus:
      return 19;
    case FrameType.transferReset:
    case FrameType.transferStop:
      return 6;
    case FrameType.recordSpoiled:
      return 9;
    case FrameType.transferPiece:
      return PIECE_FRAME_OVERHEAD + frame.bytes.length;
    case FrameType.laneOffer:
    case FrameType.laneAccept:
      return 5;
    case FrameType.laneRefuse:
      return 4;
    case FrameType.laneClose:
      return 3;
    case FrameType.pathChallenge:
    case FrameType.pathResponse:
      return 1 + PATH_DATA_BYTES;
    case FrameType.close:
      return 2;
  }
}

/** Writes the frame at `at`, where there is room for it, and returns the offset behind it. */
export function writeFrame(b: Uint8Array, at: number, frame: Frame): number {
  b[at] = frame.type;
  switch (frame.type) {
    case FrameType.ping:
      return at + 1;
    case FrameType.ack: {
      const { ranges } = frame;
      const highest = ranges[0]!;
      writeU48(b, at + 1, highest.last);
      writeU16(b, at + 7, frame.delay);
      b[at + 9] = ranges.length - 1;
      writeU32(b, at + 10, highest.last - highest.first);
      let previous = highest.first;
      let next = at + 14;
      for (let i = 1; i < ranges.length; i++) {
        const range = ranges[i]!;
        writeU32(b, next, previous - range.last - 2);
        writeU32(b, next + 4, range.last - range.first);
        previous = range.first;
        next += 8;
      }
      return next;
    }
    case FrameType.message:
      writeU32(b, at + 1, frame.number);
      writeU32(b, at + 5, frame.total);
      writeU32(b, at + 9, frame.offset);
      return writeBytes(b, at + 13, frame.bytes);
    case FrameType.datagram:
      return writeBytes(b, at + 1, frame.bytes);
    case FrameType.transferOpen:
      writeU32(b, at + 1, frame.transfer);
      writeU48(b, at + 5, frame.size);
      b[at + 11] = frame.purpose;
      writeU16(b, at + 12, frame.lane);
      b.set(frame.id, at + 14);
      return at + 14 + TRANSFER_ID_BYTES;
    case FrameType.transferStatus:
      writeU32(b, at + 1, frame.transfer);
      writeU48(b, at + 5, frame.granted);
      writeU32(b, at + 11, frame.opened);
      writeU32(b, at + 15, frame.openedBeyond);
      return at + 19;
    case FrameType.transferReset:
    case FrameType.transferStop:
      writeU32(b, at + 1, frame.transfer);
      b[at + 5] = frame.code;
      return at + 6;
    case FrameType.recordSpoiled:
      writeU32(b, at + 1, frame.transfer);
      writeU32(b, at + 5, frame.record);
      return at + 9;
    case FrameType.transferPiece:
      writeU32(b, at + 1, frame.transfer);
      writeU32(b, at + 5, frame.record);
      b[at + 9] = frame.piece;
      return writeBytes(b, at + 10, frame.bytes);
    case FrameType.laneOffer:
    case FrameType.laneAccept:
      writeU16(b, at + 1, frame.lane);
      writeU16(b, at + 3, frame.port);
      return at + 5;
    case FrameType.laneRefuse:
      writeU16(b, at + 1, frame.lane);
      b[at + 3] = frame.code;
      return at + 4;
    case FrameType.laneClose:
      writeU16(b, at + 1, frame.lane);
      return at + 3;
    case FrameType.pathChallenge:
    case FrameType.pathResponse:
      b.set(frame.data, at + 1);
      return at + 1 + PATH_DATA_BYTES;
    case FrameType.close:
      b[at + 1] = frame.code;
      return at + 2;
  }
}

function writeBytes(b: Uint8Array, at: number, bytes: Uint8Array): number {
  writeU16(b, at, bytes.length);
  b.set(bytes, at + 2);
  return at + 2 + bytes.length;
}
