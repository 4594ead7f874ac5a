import type { OpenDirectory } from '../interface.ts';

/** What a case runs on. Cases share it and may run at the same time: each makes clients of its own. */
export interface ComplianceContext {
  /** Handles on one and the same database, opened apart from each other (three are enough). */
  readonly directories: readonly [OpenDirectory, ...OpenDirectory[]];
  /** A handle that may purge, where the others may not delete. */
  readonly purging?: OpenDirectory;
}

export interface ComplianceCase {
  /** Begins with the rows of the specification that it proves. */
  readonly title: string;
  /** Resolves, or rejects with node:assert's AssertionError. */
  readonly run: (context: ComplianceContext) => Promise<void>;
}
