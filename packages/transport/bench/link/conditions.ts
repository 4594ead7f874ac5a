/** What a link does to packets, the same in both directions. */
export interface LinkConditions {
  /** One way, in ms. */
  readonly delayMs: number;
  /** Share of packets lost. */
  readonly loss: number;
  /** Share of packets held back by another 25 … 50 % of the delay, so that later ones overtake them. */
  readonly reorder: number;
  /** Bits per second, and the queue before it in bytes. */
  readonly bitsPerSecond: number;
  readonly queueBytes: number;
}

const BASE: LinkConditions = { delayMs: 10, loss: 0, reorder: 0, bitsPerSecond: 100e6, queueBytes: 250_000 };

export type PathName = 'clean' | 'loss-1' | 'loss-5' | 'reordered';

/** The paths of the benches: 100 Mbit/s and 20 ms round trip, 50 ms where 5 % are reordered. The numbers are per cent. */
export const PATHS: Readonly<Record<PathName, LinkConditions>> = {
  clean: BASE,
  'loss-1': { ...BASE, loss: 0.01 },
  'loss-5': { ...BASE, loss: 0.05 },
  reordered: { ...BASE, delayMs: 25, reorder: 0.05 },
};
