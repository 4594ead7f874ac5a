/** What is fuzzed: every decoder that sees bytes from the network, with valid inputs to start from. */

import {
  controlLength,
  decodeClientMessage,
  decodeCloudMessage,
  decodeInitPayload,
  decodePeerMessage,
  decodeResponsePayload,
  decodeServerMessage,
  encodeAck,
  encodePeerRequest,
  encodeRequest,
  encodeServerMessage,
  type Frame,
  FrameType,
  frameBytes,
  MalformedFrameError,
  packetType,
  readDataHeader,
  readFrames,
  readInitHeader,
  readReplyHeader,
  WireError,
  writeFrame,
} from '../src/index.ts';
import { acks, notices, peerRequests, requests } from '../test/messages/samples.ts';

export interface Target {
  readonly name: string;
  /** Weight among the targets: binary decoders are a hundred times faster than JSON. */
  readonly weight: number;
  readonly corpus: readonly Uint8Array[];
  /** Decodes; anything but a typed error is a finding. */
  readonly run: (bytes: Uint8Array) => void;
}

const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i);

const frames: readonly Frame[] = [
  { type: FrameType.ping },
  {
    type: FrameType.ack,
    delay: 7,
    ranges: [
      { first: 90, last: 100 },
      { first: 3, last: 60 },
    ],
  },
  { type: FrameType.message, number: 4, total: 20, offset: 0, bytes: bytes(20) },
  { type: FrameType.datagram, bytes: bytes(9) },
  { type: FrameType.transferOpen, transfer: 1, size: 10_240, purpose: 1, lane: 2, id: bytes(16) },
  { type: FrameType.transferStatus, transfer: 1, granted: 10_240, opened: 3, openedBeyond: 5 },
  { type: FrameType.transferReset, transfer: 1, code: 2 },
  { type: FrameType.transferStop, transfer: 1, code: 2 },
  { type: FrameType.recordSpoiled, transfer: 1, record: 9 },
  { type: FrameType.transferPiece, transfer: 1, record: 2, piece: 3, bytes: bytes(40) },
  { type: FrameType.laneOffer, lane: 3, port: 40_000 },
  { type: FrameType.laneAccept, lane: 3, port: 40_001 },
  { type: FrameType.laneRefuse, lane: 3, code: 1 },
  { type: FrameType.laneClose, lane: 3 },
  { type: FrameType.pathChallenge, data: bytes(8) },
  { type: FrameType.pathResponse, data: bytes(8) },
  { type: FrameType.close, code: 0 },
];

function packed(...some: readonly Frame[]): Uint8Array {
  const b = new Uint8Array(some.reduce((sum, frame) => sum + frameBytes(frame), 0));
  some.reduce((at, frame) => writeFrame(b, at, frame), 0);
  return b;
}

/** Runs a decoder that may only fail with an error of a known class. */
function typed(decode: (bytes: Uint8Array) => unknown): (bytes: Uint8Array) => void {
  return (input) => {
    try {
      decode(input);
    } catch (error) {
      if (!(error instanceof WireError || error instanceof MalformedFrameError)) throw error;
    }
  };
}

export const targets: readonly Target[] = [
  {
    name: 'frames',
    weight: 60,
    corpus: [...frames.map((frame) => packed(frame)), packed(...frames)],
    run: typed(readFrames),
  },
  {
    name: 'headers',
    weight: 36,
    corpus: [bytes(1024), bytes(168), bytes(40), bytes(16)],
    run: (b) => {
      packetType(b, 0);
      readDataHeader(b, 0, b.length);
      controlLength(b, 0, b.length);
      if (b.length >= 8) {
        readInitHeader(b);
        readReplyHeader(b);
      }
      if (b.length >= 32) decodeInitPayload(b.subarray(0, 32));
      if (b.length >= 16) decodeResponsePayload(b.subarray(0, 16));
    },
  },
  { name: 'requests', weight: 1, corpus: requests.map((m) => encodeRequest(m)), run: typed(decodeClientMessage) },
  { name: 'acknowledgements', weight: 1, corpus: acks.map((m) => encodeAck(m)), run: typed(decodeCloudMessage) },
  {
    name: 'peer messages',
    weight: 1,
    corpus: peerRequests.map((m) => encodePeerRequest(m)),
    run: typed(decodePeerMessage),
  },
  {
    name: 'server messages',
    weight: 1,
    corpus: notices.map((m) => encodeServerMessage(m)),
    run: typed(decodeServerMessage),
  },
];
