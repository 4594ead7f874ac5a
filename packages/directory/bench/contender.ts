import type { SqlParameter } from './recording.ts';

/** Runs one call's statements with these values; resolves to the number of rows that each read or changed. */
export type BareCall = (parameters: readonly (readonly SqlParameter[])[]) => Promise<readonly number[]>;

/** What the directory is measured against: the same statements, with nothing around them. */
export interface BareDriver {
  /** @param atomic whether they are one transaction */
  readonly prepare: (statements: readonly string[], atomic: boolean) => BareCall;
  readonly close: () => Promise<void>;
}
