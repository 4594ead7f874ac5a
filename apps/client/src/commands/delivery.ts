/** How far something that is meant for a peer got. */

import type { Delivery } from '@p2pimg/client';
import { EXIT, type ExitCode } from '../exit.ts';
import type { Schema } from '../output.ts';

export const deliverySchema: Schema<Delivery> = (z) => z.enum(['delivered', 'left', 'queued']);

/** Scripts are told by the exit code that the peer does not have it yet. */
export function exitOf(delivery: Delivery): ExitCode | undefined {
  return delivery === 'delivered' ? undefined : EXIT.queued;
}
