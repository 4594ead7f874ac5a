/** node:sqlite in a worker: the changes of a batch in one transaction, each statement prepared once. */

import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import type { BareAnswer, NumberedBareCall, ToBareWorker } from './bare-sqlite.ts';
import type { SqlParameter } from './recording.ts';

interface Prepared {
  readonly statement: StatementSync;
  readonly reads: boolean;
}

const database = new DatabaseSync(workerData as string, { timeout: 5000 });
database.exec('pragma journal_mode = wal; pragma synchronous = full');
const groups: Prepared[][] = [];
const port = parentPort!;

port.on('message', (message: ToBareWorker) => {
  if ('prepare' in message) groups.push(message.prepare.map(prepare));
  else port.postMessage(run(message.calls));
});

function prepare(sql: string): Prepared {
  const statement = database.prepare(sql);
  return { statement, reads: statement.columns().length > 0 };
}

function run(calls: readonly NumberedBareCall[]): BareAnswer[] {
  const changes = calls.some(({ group }) => groups[group]!.some(({ reads }) => !reads));
  if (changes) database.exec('begin immediate');
  const answers = calls.map(({ id, group, parameters }): BareAnswer => {
    const rows: unknown[] = [];
    const counts = groups[group]!.map((prepared, index) => runOne(prepared, parameters[index]!, rows));
    return { id, counts, rows };
  });
  if (changes) database.exec('commit');
  return answers;
}

function runOne({ statement, reads }: Prepared, parameters: readonly SqlParameter[], into: unknown[]): number {
  if (!reads) return Number(statement.run(...parameters).changes);
  const rows = statement.all(...parameters);
  into.push(...rows);
  return rows.length;
}
