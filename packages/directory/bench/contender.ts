import type { Step } from './recording.ts';

export interface BareCall {
  readonly atomic: boolean;
  readonly steps: readonly Step[];
}

/** What the directory is measured against: the same statements, with nothing around them. */
export interface BareDriver {
  /** Resolves to the number of rows that each statement read or changed. */
  readonly run: (call: BareCall) => Promise<readonly number[]>;
  readonly close: () => Promise<void>;
}
