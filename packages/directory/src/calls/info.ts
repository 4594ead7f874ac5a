import type { Engine } from '../sql/engine.ts';
import { statement } from '../sql/statement.ts';
import { plainBytes } from './plain-bytes.ts';
import type { Answer, Call } from './types.ts';

const selectMeta = statement<Record<string, never>>()((db, _, { now }) =>
  db.selectFrom('meta').select(['schema_version', 'generation', now.as('at')]),
);

export async function info(engine: Engine, _call: Call<'info'>): Answer<'info'> {
  const row = await engine.read((session) => session.first(selectMeta, {}));
  if (row === undefined) throw new Error('the table meta is empty');
  return { schemaVersion: row.schema_version, generation: plainBytes(row.generation), now: row.at };
}
