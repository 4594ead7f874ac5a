/** How the bytes that carry lie in the inflated rows. */
export interface LaneShape {
  readonly width: number;
  /** Rows whose carrying bytes are wanted, the first ones. */
  readonly rows: number;
  /** All rows of the picture. */
  readonly height: number;
  /** Bytes per pixel, the carrying one last. */
  readonly step: number;
}

/** Bytes of all inflated rows. */
export function rawLength({ width, height, step }: LaneShape): number {
  return height * (1 + width * step);
}

export interface LaneReader {
  /**
   * Inflates a zlib stream given in parts, checks its Adler-32, and undoes the filters of the bytes that carry.
   * @returns width × rows bytes, just those that the platform's inflate and `unfilterLane` make, in memory that lasts until
   *   the next picture is read; or undefined when the stream is not to be read by this way, or is broken: then these decide
   */
  readonly read: (stream: readonly Uint8Array[], shape: LaneShape) => Uint8Array | undefined;
}
