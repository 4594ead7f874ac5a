import { type Directory, type DirectoryCall, DirectoryError, UnavailableError } from '@p2pimg/directory';
import type { OperationFailure, OperationResult } from '../core/events.ts';

/** Makes a call that came as data. Never rejects: errors are results. */
export async function callDirectory(directory: Directory, { method, call }: DirectoryCall): Promise<OperationResult> {
  try {
    const run = directory[method] as (call: unknown) => Promise<unknown>;
    return { ok: true, value: await run(call) };
  } catch (error) {
    return { ok: false, failure: failureOf(error) };
  }
}

function failureOf(error: unknown): OperationFailure {
  if (error instanceof UnavailableError) {
    const { retryAfterMs } = error;
    const message = 'the directory does not answer';
    return { kind: 'unavailable', code: 'directory_unavailable', message, retryAfterMs };
  }
  if (error instanceof DirectoryError) {
    const { code, reason, message } = error;
    const codes = { not_found: `unknown_${reason}`, invalid: 'invalid' } as const;
    return { kind: 'refused', code: codes[code as keyof typeof codes] ?? reason, message };
  }
  return { kind: 'unavailable', code: 'directory_failed', message: 'the directory failed', retryAfterMs: 1_000 };
}
