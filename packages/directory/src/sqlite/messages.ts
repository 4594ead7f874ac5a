/** What the two threads say to each other. Everything is structured-cloneable. */

import type { FailureRecord } from '../failure.ts';
import type { Quotas } from '../sql/engine.ts';
import type { QueuedCall } from './engine.ts';

export interface WorkerSettings {
  readonly path: string;
  readonly deadlineMs: number;
  readonly quotas: Quotas;
}

export interface NumberedCall extends QueuedCall {
  readonly id: number;
}

export type ToWorker = { readonly calls: readonly NumberedCall[] } | 'close';

export type NumberedAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: FailureRecord };

export type FromWorker =
  | { readonly opened: true }
  | { readonly failure: FailureRecord }
  | { readonly answers: readonly NumberedAnswer[] };
