import type { Context } from '../context.ts';
import type { Flow } from '../flow/flows.ts';
import type { KeptSecret } from '../jobs.ts';

/** What is left of a view for which a key waits in memory; when it fails, the key is wiped. */
export function* orForget<T>(context: Context, secret: KeptSecret, rest: () => Flow<T>): Flow<T> {
  try {
    return yield* rest();
  } catch (error) {
    yield* context.job('forgetView', secret);
    throw error;
  }
}
