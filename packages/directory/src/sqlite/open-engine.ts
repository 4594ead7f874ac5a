import { setTimeout as delay } from 'node:timers/promises';
import { migrateSchema } from '../schema/migrate.ts';
import { NodeSqlite } from './database.ts';
import { createKysely, SqliteEngine } from './engine.ts';
import { isBusy, isDuplicate } from './errors.ts';
import type { WorkerSettings } from './messages.ts';

export interface OpenEngine {
  readonly engine: SqliteEngine;
  readonly close: () => void;
}

/** Opens the file, makes or upgrades its tables. @throws SQLite's errors, UnavailableError schema_too_new */
export async function openEngine({ path, deadlineMs, quotas }: WorkerSettings): Promise<OpenEngine> {
  const database = new NodeSqlite(path);
  try {
    await untilFree(deadlineMs, async () => {
      database.execute('pragma journal_mode = wal');
      // Acknowledged means on the disk: a commit syncs the log. Groups share the sync.
      database.execute('pragma synchronous = full');
      return migrateSchema(createKysely(database), 'sqlite');
    });
    return { engine: new SqliteEngine(database, deadlineMs, quotas), close: () => database.close() };
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * Runs `work` again while another process holds the file, or has just made what `work` wanted to make: the migrations' own
 * records are unique, and whoever comes second is rolled back as a whole. @throws what it throws after the deadline
 */
export async function untilFree<T>(deadlineMs: number, work: () => Promise<T>): Promise<T> {
  const giveUp = performance.now() + deadlineMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(isBusy(error) || isDuplicate(error)) || performance.now() > giveUp) throw error;
      await delay(5 + Math.random() * 20);
    }
  }
}
