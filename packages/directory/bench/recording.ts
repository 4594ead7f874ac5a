/** The statements that a call comes to, so that the bare driver can run the very same ones. */

import type { DirectoryMethod } from '@p2pimg/directory';
import { RefusedError } from '@p2pimg/directory';
import type { CompiledQuery, Kysely, QueryResult } from 'kysely';
import { calls } from '../src/calls/calls.ts';
import { DEFAULT_QUOTAS } from '../src/limits.ts';
import type { Tables } from '../src/schema/tables.ts';
import type { SqlDialect } from '../src/sql/dialect.ts';
import type { Engine } from '../src/sql/engine.ts';
import { createSession, type QueryRunner, StatementCache } from '../src/sql/session.ts';

export type SqlParameter = string | number | Uint8Array | null;

/** A method's statements with the places of a call's own values. */
export interface Recording {
  /** Whether the call is one transaction. */
  readonly atomic: boolean;
  readonly statements: readonly string[];
  /** The values that each statement gets from this call. */
  readonly parameters: (call: object) => readonly (readonly SqlParameter[])[];
  /** What each statement came to: rows read, or rows changed. */
  readonly counts: readonly number[];
}

/** `refuse` has done its work when it has refused. */
export function unlessRefused(error: unknown): void {
  if (!(error instanceof RefusedError)) throw error;
}

/** Makes the calls through `db`, in transactions, and notes what they ask. */
export async function record(
  db: Kysely<Tables>,
  dialect: SqlDialect,
  isDuplicate: (error: unknown) => boolean,
  method: DirectoryMethod,
  next: () => object,
): Promise<Recording> {
  const run = async (call: object): Promise<Noted> => {
    const noted: Noted = { call, atomic: false, steps: [], counts: [] };
    const session = (runner: QueryRunner) =>
      createSession(notingRunner(runner, noted), new StatementCache(db, dialect), isDuplicate);
    const plain: Engine['read'] = (work) => work(session(db));
    const engine: Engine = {
      graceMs: 0,
      quotas: DEFAULT_QUOTAS,
      read: plain,
      apart: plain,
      atomic: (work) => {
        noted.atomic = true;
        return db.transaction().execute((transaction) => work(session(transaction)));
      },
    };
    await calls[method](engine, call as never).catch(unlessRefused);
    return noted;
  };
  const [first, second] = [await run(next()), await run(next())];
  const places = first.steps.map((step, index) =>
    step.parameters.map((value, at) => placeOf(value, second.steps[index]?.parameters[at], first.call, second.call)),
  );
  return {
    atomic: first.atomic,
    counts: second.counts,
    statements: first.steps.map(({ sql }) => sql),
    parameters: (call) =>
      first.steps.map(({ parameters }, index) =>
        parameters.map((value, at) => {
          const place = places[index]?.[at];
          return place === undefined ? value : valueAt(call, place);
        }),
      ),
  };
}

interface Step {
  readonly sql: string;
  readonly parameters: readonly SqlParameter[];
}

interface Noted {
  readonly call: object;
  atomic: boolean;
  readonly steps: Step[];
  readonly counts: number[];
}

function notingRunner(runner: QueryRunner, { steps, counts }: Noted): QueryRunner {
  return {
    executeQuery: async <R>(query: CompiledQuery<R>): Promise<QueryResult<R>> => {
      const parameters = query.parameters.map((value) => (value instanceof Uint8Array ? Buffer.from(value) : value));
      steps.push({ sql: query.sql, parameters: query.parameters as SqlParameter[] });
      const result = await runner.executeQuery<R>({ ...query, parameters });
      counts.push(Number(result.numAffectedRows ?? result.rows.length));
      return result;
    },
  };
}

type Place = readonly (string | number)[];

/** Where in both calls the parameter of both stands; undefined for what does not come from the call. */
function placeOf(first: SqlParameter, second: SqlParameter | undefined, a: object, b: object): Place | undefined {
  return leaves(a).find((place) => same(valueAt(a, place), first) && same(valueAt(b, place), second));
}

function leaves(value: unknown, at: Place = []): Place[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [at];
  return Object.entries(value).flatMap(([key, item]) =>
    leaves(item, [...at, Array.isArray(value) ? Number(key) : key]),
  );
}

function valueAt(call: object, place: Place): SqlParameter {
  let value: unknown = call;
  for (const key of place) value = (value as Record<string | number, unknown>)[key];
  return value as SqlParameter;
}

function same(a: SqlParameter | undefined, b: SqlParameter | undefined): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
