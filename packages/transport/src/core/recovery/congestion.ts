/** One acknowledgement, as a congestion controller sees it. Bytes and milliseconds. */
export interface AckSample {
  readonly now: number;
  /** Bytes that it newly acknowledges. */
  readonly acked: number;
  /** Sending time of the newest packet that it acknowledges. */
  readonly sentAt: number;
  readonly roundTrip: number;
  readonly smoothedRoundTrip: number;
  readonly minRoundTrip: number;
  /** Bytes in flight after it. */
  readonly inFlight: number;
  /** Bytes per ms between the sample's two ends; 0 if it is too short to say. */
  readonly deliveryRate: number;
  /** The application set the pace: the rate is a lower bound. */
  readonly appLimited: boolean;
  /** Bytes delivered since the start, now and when the sample's packet was sent. */
  readonly delivered: number;
  readonly deliveredBefore: number;
}

/** Decides how much may be in flight, and how fast it leaves. One per session. */
export interface CongestionController {
  /** Bytes that may be in flight. */
  readonly window: number;
  /** Bytes per millisecond. */
  readonly pacingRate: number;
  onSent(bytes: number, inFlight: number, now: number): void;
  onAck(sample: AckSample): void;
  /** `bytes` are lost; the newest of them was sent at `sentAt`. */
  onLoss(bytes: number, sentAt: number, inFlight: number, now: number): void;
  /** A loss turned out to be none. */
  onSpuriousLoss(): void;
  /** Nothing came through for several probe time-outs. */
  onPersistentLoss(): void;
}
