import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';

/** How many mutations of each kind an SQLite directory has claimed, by the name of the directory's method. */
export function claimsByMethod(directoryUrl: string): (method: string) => number {
  using database = new DatabaseSync(fileURLToPath(directoryUrl.replace(/^sqlite:/, 'file:')), { readOnly: true });
  const rows = database.prepare('select method, count(*) as n from claims group by method').all();
  const counts = new Map(rows.map(({ method, n }) => [String(method), Number(n)]));
  return (method) => counts.get(method) ?? 0;
}
