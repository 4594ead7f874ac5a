import type { Random } from '@p2pimg/netsim';
import type { DatabaseServer } from '@p2pimg/testkit';

const FROZEN_MS = [200, 2_000] as const;
const DEAD_MS = [0, 1_500] as const;

/** Freezes the directory's database or kills it and starts it again, as a seed has it; resolves when it serves again. */
export async function strikeDatabase(database: DatabaseServer, random: Random): Promise<'SIGSTOP' | 'SIGKILL'> {
  const kind = random.pick(['SIGSTOP', 'SIGKILL'] as const);
  const [least, most] = kind === 'SIGSTOP' ? FROZEN_MS : DEAD_MS;
  const ms = Math.round(random.between(least, most));
  database.signal(kind);
  await new Promise((resolve) => setTimeout(resolve, ms));
  if (kind === 'SIGSTOP') database.signal('SIGCONT');
  else await database.restart();
  return kind;
}
