/** How far something that is meant for a peer got. */

import type { Delivery } from '@p2pimg/client';
import { z } from 'zod';
import { EXIT, type ExitCode } from '../exit.ts';

export const deliverySchema: z.ZodType<Delivery> = z.enum(['delivered', 'left', 'queued']);

/** Scripts are told by the exit code that the peer does not have it yet. */
export function exitOf(delivery: Delivery): ExitCode | undefined {
  return delivery === 'delivered' ? undefined : EXIT.queued;
}
