/** The frames that travel inside control packets (docs/protocol/packets.md, "Frames"). */

export const FrameType = {
  padding: 0x00,
  ping: 0x01,
  ack: 0x02,
  message: 0x03,
  datagram: 0x04,
  transferOpen: 0x05,
  transferStatus: 0x06,
  transferReset: 0x07,
  transferStop: 0x08,
  recordSpoiled: 0x09,
  transferPiece: 0x0a,
  laneOffer: 0x0b,
  laneAccept: 0x0c,
  laneRefuse: 0x0d,
  laneClose: 0x0e,
  pathChallenge: 0x0f,
  pathResponse: 0x10,
  close: 0x11,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

/** An inclusive range of packet numbers. */
export interface PacketRange {
  readonly first: number;
  readonly last: number;
}

export interface PingFrame {
  readonly type: typeof FrameType.ping;
}

/** Packets received: ranges from the highest down, disjoint and not adjacent, 1 … 32 of them. */
export interface AckFrame {
  readonly type: typeof FrameType.ack;
  /** Between the arrival of the highest packet and this frame, in units of 16 µs (0 … 65,535). */
  readonly delay: number;
  readonly ranges: readonly PacketRange[];
}

/** A piece of a reliable message. */
export interface MessageFrame {
  readonly type: typeof FrameType.message;
  readonly number: number;
  /** Length of the whole message, and where these bytes stand in it. */
  readonly total: number;
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** A whole message that is sent once. */
export interface DatagramFrame {
  readonly type: typeof FrameType.datagram;
  readonly bytes: Uint8Array;
}

export interface TransferOpenFrame {
  readonly type: typeof FrameType.transferOpen;
  readonly transfer: number;
  /** Bytes of plaintext in all. */
  readonly size: number;
  readonly purpose: number;
  readonly lane: number;
  /** 16 bytes: the application's id. */
  readonly id: Uint8Array;
}

/** What the receiver grants and has opened: state, not change, so that the newest one is all that counts. */
export interface TransferStatusFrame {
  readonly type: typeof FrameType.transferStatus;
  readonly transfer: number;
  /** The sender may send plaintext up to this offset. */
  readonly granted: number;
  /** Records 0 … opened − 1 are opened … */
  readonly opened: number;
  /** … and record opened + 1 + i if bit i is set. */
  readonly openedBeyond: number;
}

/** The sender gives up. */
export interface TransferResetFrame {
  readonly type: typeof FrameType.transferReset;
  readonly transfer: number;
  readonly code: number;
}

/** The receiver refuses, or gives up. */
export interface TransferStopFrame {
  readonly type: typeof FrameType.transferStop;
  readonly transfer: number;
  readonly code: number;
}

/** A complete record did not open: send it again. */
export interface RecordSpoiledFrame {
  readonly type: typeof FrameType.recordSpoiled;
  readonly transfer: number;
  readonly record: number;
}

/** Plaintext of a transfer, sealed by itself: the fallback after spoiled records. */
export interface TransferPieceFrame {
  readonly type: typeof FrameType.transferPiece;
  readonly transfer: number;
  readonly record: number;
  /** 0 … 16; a piece holds `PIECE_BYTES`, the last one of a record what remains. */
  readonly piece: number;
  readonly bytes: Uint8Array;
}

export interface LaneOfferFrame {
  readonly type: typeof FrameType.laneOffer;
  readonly lane: number;
  readonly port: number;
}

/** Sent from the accepting side's worker port to the offered one. */
export interface LaneAcceptFrame {
  readonly type: typeof FrameType.laneAccept;
  readonly lane: number;
  readonly port: number;
}

export interface LaneRefuseFrame {
  readonly type: typeof FrameType.laneRefuse;
  readonly lane: number;
  readonly code: number;
}

export interface LaneCloseFrame {
  readonly type: typeof FrameType.laneClose;
  readonly lane: number;
}

export interface PathChallengeFrame {
  readonly type: typeof FrameType.pathChallenge;
  /** 8 unpredictable bytes. */
  readonly data: Uint8Array;
}

export interface PathResponseFrame {
  readonly type: typeof FrameType.pathResponse;
  readonly data: Uint8Array;
}

export interface CloseFrame {
  readonly type: typeof FrameType.close;
  readonly code: number;
}

export type Frame =
  | PingFrame
  | AckFrame
  | MessageFrame
  | DatagramFrame
  | TransferOpenFrame
  | TransferStatusFrame
  | TransferResetFrame
  | TransferStopFrame
  | RecordSpoiledFrame
  | TransferPieceFrame
  | LaneOfferFrame
  | LaneAcceptFrame
  | LaneRefuseFrame
  | LaneCloseFrame
  | PathChallengeFrame
  | PathResponseFrame
  | CloseFrame;

export const ACK_DELAY_UNIT_MS = 0.016;
export const PATH_DATA_BYTES = 8;
/** Bytes before the payload of the frames that carry one. */
export const MESSAGE_FRAME_OVERHEAD = 15;
export const DATAGRAM_FRAME_OVERHEAD = 3;
export const PIECE_FRAME_OVERHEAD = 12;
/** Plaintext in one piece: a record splits into 17 of them. */
export const PIECE_BYTES = 960;
