import { setTimeout as pause } from 'node:timers/promises';
import type { Random } from '@p2pimg/netsim';
import type { DatabaseServer } from '@p2pimg/testkit';
import { DEAD_MS, STANDSTILL_MS } from './faults.ts';

/** Freezes the directory's database or kills it and starts it again, as a seed has it; resolves when it serves again. */
export async function strikeDatabase(database: DatabaseServer, random: Random): Promise<'SIGSTOP' | 'SIGKILL'> {
  const kind = random.pick(['SIGSTOP', 'SIGKILL'] as const);
  const [least, most] = kind === 'SIGSTOP' ? STANDSTILL_MS : DEAD_MS;
  const ms = Math.round(random.between(least, most));
  database.signal(kind);
  await pause(ms);
  if (kind === 'SIGSTOP') database.signal('SIGCONT');
  else await database.restart();
  return kind;
}
