import type { SqlValues, Statement } from './statement.ts';

/** Runs statements, on one connection. */
export interface Session {
  readonly rows: <P extends SqlValues, R>(statement: Statement<P, R>, values: P) => Promise<readonly R[]>;
  readonly first: <P extends SqlValues, R>(statement: Statement<P, R>, values: P) => Promise<R | undefined>;
  /** Rows that the change applied to. */
  readonly change: <P extends SqlValues>(statement: Statement<P, unknown>, values: P) => Promise<number>;
  /** A change that a unique key may refuse. */
  readonly write: <P extends SqlValues>(statement: Statement<P, unknown>, values: P) => Promise<Written>;
}

export interface Written {
  /** Rows that were inserted, or that the change applied to. */
  readonly rows: number;
  /** A unique key refused it, and the statement did nothing. */
  readonly duplicate: boolean;
  /** The generated id of an insert; else 0. */
  readonly id: number;
}

/**
 * One database. Each method runs `work` again from the start when the database asks for it (deadlock, lost node, busy
 * file) until the deadline, then throws UnavailableError; so `work` has no effect but on the session.
 */
export interface Engine {
  /** Only reads. Statements see each what was committed before it. */
  readonly read: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** Changes of which each stands alone and may be repeated. */
  readonly apart: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** One transaction: all of it, or nothing when `work` throws. */
  readonly atomic: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
  /** How long leases are to be prolonged because the database was away and nobody could renew, in ms. */
  readonly graceMs: number;
  readonly quotas: Quotas;
}

/** What one client may have: see src/limits.ts. */
export interface Quotas {
  readonly images: number;
  readonly pending: number;
}

/** Thrown by `work` when somebody else was faster: it runs again on what is there now. */
export class Restart extends Error {
  override readonly name = 'Restart';
}
