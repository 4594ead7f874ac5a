/** node:sqlite in a worker: the changes of a batch in one transaction, each statement prepared once. */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { BareAnswer, NumberedBareCall } from './bare-sqlite.ts';
import type { Step } from './recording.ts';

const database = new DatabaseSync(workerData as string, { timeout: 5000 });
database.exec('pragma journal_mode = wal; pragma synchronous = full');
const prepared = new Map<string, { readonly statement: StatementSync; readonly reads: boolean }>();
const port = parentPort!;

port.on('message', (calls: readonly NumberedBareCall[]) => {
  const changes = calls.some(({ steps }) => steps.some(({ sql }) => !prepare(sql).reads));
  if (changes) database.exec('begin immediate');
  const answers = calls.map(({ id, steps }): BareAnswer => {
    const rows: unknown[] = [];
    const counts = steps.map((step) => run(step, rows));
    return { id, counts, rows };
  });
  if (changes) database.exec('commit');
  port.postMessage(answers);
});

function run({ sql, parameters }: Step, into: unknown[]): number {
  const { statement, reads } = prepare(sql);
  if (!reads) return Number(statement.run(...parameters).changes);
  const rows = statement.all(...parameters);
  into.push(...rows);
  return rows.length;
}

function prepare(sql: string): { readonly statement: StatementSync; readonly reads: boolean } {
  let known = prepared.get(sql);
  if (known === undefined) {
    const statement = database.prepare(sql);
    known = { statement, reads: statement.columns().length > 0 };
    prepared.set(sql, known);
  }
  return known;
}
