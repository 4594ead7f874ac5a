import type { TransferFailure } from '../events.ts';

/** What TRANSFER_STOP says: the code is the place. */
export const STOP_CODES: readonly TransferFailure[] = ['refused', 'stopped', 'too-large', 'too-many', 'lane-closed'];
