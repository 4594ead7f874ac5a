import { type Frame, FrameType } from '@p2pimg/wire';

export const isChallenge = ({ type }: Frame): boolean => type === FrameType.pathChallenge;

export const isAck = ({ type }: Frame): boolean => type === FrameType.ack;

/** Wants an acknowledgement. */
export const isEliciting = ({ type }: Frame): boolean =>
  type !== FrameType.ack &&
  type !== FrameType.close &&
  type !== FrameType.pathChallenge &&
  type !== FrameType.pathResponse;

/** Worth an acknowledgement in this turn: somebody waits for it. */
export const isUrgent = ({ type }: Frame): boolean => type === FrameType.ping || type === FrameType.message;
