/** The statements of the measured calls, sent by mysql2 itself. */

import { createPool, type Pool, type ResultSetHeader, type RowDataPacket } from 'mysql2/promise';
import { bytes } from '../src/compliance/world.ts';
import type { BareDriver } from './contender.ts';

const NOW = "(timestampdiff(microsecond, '1970-01-01', utc_timestamp(3)) div 1000)";

export function bareMysql(url: string): BareDriver {
  const pool: Pool = createPool({ uri: url, connectionLimit: 16 });
  pool.on('connection', (connection) => {
    connection.query('set session transaction isolation level read committed');
  });
  const b = (length: number): Buffer => Buffer.from(bytes(length));
  return {
    clientByKey: async (boxKey) => {
      const [rows] = await pool.query<RowDataPacket[]>(
        `select id, sign_key, box_key, recovery_key, host, port, status, visibility, lease_until, ${NOW} as at from clients where box_key = ?`,
        [Buffer.from(boxKey)],
      );
      return rows[0];
    },
    addResource: async (clientId, imageId) => {
      const connection = await pool.getConnection();
      try {
        await connection.query('begin');
        const [inserted] = await connection.query<ResultSetHeader>(
          'insert into resources (client_id, image_id, digest) select id, ?, ? from clients where id = ?',
          [imageId, b(32), clientId],
        );
        if (inserted.affectedRows !== 1) throw new Error('not inserted');
        await connection.query(
          `insert into claims (client_key, request_id, body_digest, method, outcome, not_after) select ?, ?, ?, ?, ?, ? from (select ${NOW} as at) as clock where clock.at <= ?`,
          [
            b(32),
            b(16),
            b(32),
            'addResource',
            JSON.stringify({ value: { imageId } }),
            Date.now() + 60_000,
            Date.now() + 60_000,
          ],
        );
        await connection.query('commit');
      } finally {
        connection.release();
      }
    },
    close: () => pool.end(),
  };
}
