/**
 * What makes a mutation happen once (SPEC E5, D4). The effect and its outcome are one transaction: the effect comes first,
 * the claim last, so that a claim never exists without its outcome, and whoever comes second finds the key taken, is
 * rolled back with all that it did, and reads what the first one stored, in a new transaction.
 */

import { equalBytes, MAX_REQUEST_LIFETIME_MS } from '@p2pimg/wire';
import { sql } from 'kysely';
import { ConflictError, DeniedError, type DirectoryError, RefusedError } from '../errors.ts';
import { type FailureRecord, fromFailure, toFailure } from '../failure.ts';
import type { Claim, DirectoryMethod, Outcome } from '../interface.ts';
import type { Engine, Session } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import type { Answer, Call } from './types.ts';

/** How an effect ended. A refusal is final: it is stored, with whatever the effect has written by then. */
export type Verdict<T> = { readonly value: T } | { readonly refusal: DirectoryError };

/** The JSON in claims.outcome. */
type StoredOutcome<T> = { readonly value: T } | { readonly failure: FailureRecord };

const ATTEMPTS = 5;

const insertClaim = statement<{
  clientKey: Uint8Array;
  requestId: Uint8Array;
  bodyDigest: Uint8Array;
  method: string;
  outcome: string;
  notAfter: number;
  lifetime: number;
}>()((db, p, { now }) =>
  db
    .insertInto('claims')
    .columns(['client_key', 'request_id', 'body_digest', 'method', 'outcome', 'not_after'])
    .expression((eb) =>
      eb
        .selectFrom(sql<{ at: number }>`(select ${now} as at)`.as('clock'))
        .select([
          sql<Uint8Array>`${p.clientKey}`.as('client_key'),
          sql<Uint8Array>`${p.requestId}`.as('request_id'),
          sql<Uint8Array>`${p.bodyDigest}`.as('body_digest'),
          sql<string>`${p.method}`.as('method'),
          sql<string>`${p.outcome}`.as('outcome'),
          sql<number>`${p.notAfter}`.as('not_after'),
        ])
        .where('clock.at', '<=', p.notAfter)
        .where('clock.at', '>=', sql<number>`${p.notAfter} - ${p.lifetime}`),
    ),
);

const storedClaim = statement<{ clientKey: Uint8Array; requestId: Uint8Array }>()((db, p, { now }) =>
  db
    .selectFrom(sql<{ at: number }>`(select ${now} as at)`.as('clock'))
    .leftJoin('claims', (join) => join.on('client_key', '=', p.clientKey).on('request_id', '=', p.requestId))
    .select(['clock.at', 'body_digest', 'method', 'outcome']),
);

/** Rolls back what came too late or was done before. */
class NotClaimed extends Error {
  override readonly name = 'NotClaimed';
}

/**
 * Runs `effect` once under the claim, or reads what it came to when it ran before.
 * @throws the refusal, ConflictError for another request under the same id, DeniedError when the claim's time is over.
 */
export async function claimed<T extends object>(
  engine: Engine,
  method: DirectoryMethod,
  claim: Claim,
  effect: (session: Session) => Promise<Verdict<T>>,
): Promise<Outcome<T>> {
  for (let attempt = 1; ; attempt++) {
    const verdict = await attemptClaim(engine, method, claim, effect);
    if (verdict !== undefined) return { value: unwrap(verdict), replayed: false };
    const { at, stored } = await engine.read((session) => readClaim<T>(session, method, claim));
    if (stored !== undefined) return { value: unwrap(stored), replayed: true };
    if (at > claim.notAfter) throw new DeniedError('claim_expired', 'the request came after its time');
    if (at < claim.notAfter - MAX_REQUEST_LIFETIME_MS) {
      throw new DeniedError('claim_too_far_ahead', 'the request names a time too far ahead');
    }
    // Neither stored nor out of time: whoever had it was rolled back meanwhile, or the clock just came into range.
    if (attempt === ATTEMPTS) throw new DeniedError('claim_expired', 'the request could not be claimed in its time');
  }
}

/** Undoes what a refused effect has written. */
class Undone extends Error {
  override readonly name = 'Undone';
  readonly refusal: DirectoryError;
  constructor(refusal: DirectoryError) {
    super('refused');
    this.refusal = refusal;
  }
}

/**
 * As {@link claimed}, for an effect of several writes: a refusal leaves none of them. It is claimed in a transaction of its own; when the
 * same request was made in between, that one counts.
 */
export async function wholly<T extends object>(
  engine: Engine,
  method: DirectoryMethod,
  claim: Claim,
  effect: (session: Session) => Promise<Verdict<T>>,
): Promise<Outcome<T>> {
  try {
    return await claimed<T>(engine, method, claim, async (session) => {
      const verdict = await effect(session);
      if ('refusal' in verdict) throw new Undone(verdict.refusal);
      return verdict;
    });
  } catch (error) {
    if (!(error instanceof Undone)) throw error;
    const { refusal } = error;
    return claimed<T>(engine, method, claim, async () => ({ refusal }));
  }
}

/** The claim without the effect: whoever comes second reads the refusal. */
export async function refuse(engine: Engine, { claim, method, refusal }: Call<'refuse'>): Answer<'refuse'> {
  const { code, message } = refusal;
  const refused = { refusal: new RefusedError(code, message) };
  const { value } = await claimed<object>(engine, method, claim, async () => refused);
  return { value };
}

async function attemptClaim<T extends object>(
  engine: Engine,
  method: DirectoryMethod,
  claim: Claim,
  effect: (session: Session) => Promise<Verdict<T>>,
): Promise<Verdict<T> | undefined> {
  try {
    return await engine.atomic(async (session) => {
      const verdict = await effect(session);
      const stored: StoredOutcome<T> = 'value' in verdict ? verdict : { failure: toFailure(verdict.refusal) };
      const { clientKey, requestId, bodyDigest, notAfter } = claim;
      const { rows } = await session.write(insertClaim, {
        clientKey,
        requestId,
        bodyDigest,
        method,
        outcome: JSON.stringify(stored),
        notAfter,
        lifetime: MAX_REQUEST_LIFETIME_MS,
      });
      if (rows === 0) throw new NotClaimed();
      return verdict;
    });
  } catch (error) {
    if (error instanceof NotClaimed) return undefined;
    throw error;
  }
}

async function readClaim<T extends object>(
  session: Session,
  method: DirectoryMethod,
  { clientKey, requestId, bodyDigest }: Claim,
): Promise<{ readonly at: number; readonly stored: Verdict<T> | undefined }> {
  const row = await session.first(storedClaim, { clientKey, requestId });
  if (row === undefined) throw new Error('the clock gave no row');
  if (row.outcome === null || row.body_digest === null) return { at: row.at, stored: undefined };
  if (row.method !== method || !equalBytes(row.body_digest, bodyDigest)) {
    const refusal = new ConflictError('claim_reused', 'another request was made under this id');
    return { at: row.at, stored: { refusal } };
  }
  const stored = JSON.parse(row.outcome) as StoredOutcome<T>;
  return { at: row.at, stored: 'value' in stored ? stored : { refusal: fromFailure(stored.failure) } };
}

function unwrap<T>(verdict: Verdict<T>): T {
  if ('value' in verdict) return verdict.value;
  throw verdict.refusal;
}
