/** What a client's process is told and tells: one JSON value a line. */

/** Requests to make, one after the other in `inFlight` places. */
export interface Order {
  readonly requests: number;
  readonly inFlight: number;
  readonly bytes: number;
  /** Begins the pictures' names, which must be new. */
  readonly prefix: string;
}

/** One answer. Times are in ms since the epoch, the same for all processes of a machine. */
export interface Answer {
  readonly begun: number;
  /** The picture was back: what the original calls its response time. */
  readonly back: number;
  /** It was extracted, compared, kept and published. */
  readonly ended: number;
  /** Who hid it; empty when nobody did. */
  readonly server: string;
  /** Why there was no answer. */
  readonly failure?: string;
}

/** Few enough for one line. */
export const ANSWERS_PER_LINE = 20;

export type Told =
  | { readonly kind: 'ready' }
  | { readonly kind: 'answers'; readonly answers: readonly Answer[]; readonly answered: number }
  | { readonly kind: 'done' };

/** Instead of an order: the program ends by itself, so that it can write its profile of the processor. */
export const END = 'end';
