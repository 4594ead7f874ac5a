import {
  CONTROL_HEADER_BYTES,
  CONTROL_PAYLOAD_BYTES,
  DATA_TOKEN_OFFSET,
  type DataHeader,
  epochAt,
  type Frame,
  laneAt,
  MalformedFrameError,
  packetNumberAt,
  readFrames,
  TAG_BYTES,
} from '@p2pimg/wire';
import type { EpochKeys } from '../keys/epoch-keys.ts';
import { controlNonce } from '../keys/nonces.ts';
import { MAX_TRACKED_PACKETS } from '../recovery/sent-packets.ts';
import type { DropReason } from './host.ts';
import type { SessionParts } from './parts.ts';

/** Where control packets are opened: their frames are used up before the next one is. */
const plaintext = new Uint8Array(CONTROL_PAYLOAD_BYTES);

export interface OpenedControl {
  /** Undefined if the content is none. Views that the next packet overwrites. */
  readonly frames: readonly Frame[] | undefined;
  readonly number: number;
  readonly lane: number;
  readonly epoch: EpochKeys;
  /** No packet with a higher number has come before. */
  readonly newest: boolean;
}

/** Opens a control packet of `length` bytes at `at`, and takes note of its number; or says why it is dropped, and changes nothing. */
export function openControl(
  { keys, lanes, replay, incomingMessages }: SessionParts,
  b: Uint8Array,
  at: number,
  length: number,
  now: number,
): OpenedControl | DropReason {
  const epoch = keys.find(epochAt(b, at), now);
  if (epoch === undefined) return 'unknown-epoch';
  const lane = laneAt(b, at);
  if (lane !== 0 && lanes.get(lane) === undefined) return 'unknown-lane';
  const number = packetNumberAt(b, at);
  if (!replay.isFresh(number)) return 'replay';
  const bytes = length - CONTROL_HEADER_BYTES - TAG_BYTES;
  const aead = epoch.receive.control(lane);
  if (!aead.openPacket(controlNonce(number), b, at, CONTROL_HEADER_BYTES, bytes, plaintext)) return 'seal';
  const frames = framesOf(bytes);
  // A shortage that others made: not marked and not acknowledged, so it comes again.
  if (frames !== undefined && !incomingMessages.hasRoom(frames)) return 'no-memory';
  const newest = number > replay.highest;
  replay.mark(number);
  return { frames, number, lane, epoch, newest };
}

/** The keys of a data packet at `at` whose number is fresh and whose token is right; or why it is dropped. Nothing is opened yet. */
export function admitData(
  { keys, replay }: SessionParts,
  header: DataHeader,
  b: Uint8Array,
  at: number,
  now: number,
): EpochKeys | DropReason {
  const epoch = keys.find(header.epoch, now);
  if (epoch === undefined) return 'unknown-epoch';
  const number = header.packetNumber;
  if (number > replay.highest + MAX_TRACKED_PACKETS) return 'too-far-ahead';
  if (!replay.isFresh(number)) return 'replay';
  return epoch.receive.tokens.matches(number, b, at + DATA_TOKEN_OFFSET) ? epoch : 'token';
}

function framesOf(length: number): readonly Frame[] | undefined {
  try {
    return readFrames(plaintext, length);
  } catch (error) {
    if (error instanceof MalformedFrameError) return undefined;
    throw error;
  }
}
