/** mysql2 itself: the recorded statements on a pool of as many connections as the directory's. */

import { createPool, type ResultSetHeader } from 'mysql2/promise';
import { DEFAULT_CONNECTIONS } from '../src/limits.ts';
import type { BareDriver } from './contender.ts';
import type { SqlParameter } from './recording.ts';

export function bareMysql(url: string): BareDriver {
  const pool = createPool({ uri: url, connectionLimit: DEFAULT_CONNECTIONS });
  pool.on('connection', (connection) => {
    connection.query('set session transaction isolation level read committed');
  });
  return {
    prepare: (statements, atomic) => async (parameters) => {
      const connection = await pool.getConnection();
      try {
        if (atomic) await connection.query('begin');
        const counts: number[] = [];
        for (const [index, sql] of statements.entries()) {
          const [result] = await connection.query(sql, parameters[index]!.map(buffer));
          counts.push(Array.isArray(result) ? result.length : (result as ResultSetHeader).affectedRows);
        }
        if (atomic) await connection.query('commit');
        return counts;
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}

function buffer(value: SqlParameter): SqlParameter {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : value;
}
