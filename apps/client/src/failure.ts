/** From what was thrown to what a command says of it. */

import { CommandError, EXIT, type Failure } from './exit.ts';

/** Undefined for what nobody foresaw. */
export async function failureOf(error: unknown): Promise<Failure | undefined> {
  if (error instanceof CommandError) {
    const { code, message, exitCode, reason } = error;
    return { code, message, exitCode, reason };
  }
  // A prompt that was taken back: what has done so is the reason.
  if (error instanceof Error && error.name === 'AbortPromptError') return failureOf(error.cause);
  if (isInterruption(error)) return { code: 'interrupted', message: 'interrupted', exitCode: EXIT.interrupted };
  // Whoever throws errors of the client has loaded it.
  const { failureOfClient } = await import('./client-failure.ts');
  const failure = failureOfClient(error);
  if (failure !== undefined) return failure;
  if (isSystemError(error)) {
    const place = error.path ?? ('port' in error ? `port ${String(error.port)}` : error.syscall);
    return {
      code: 'system',
      message: `${place}: ${error.code === 'EADDRINUSE' ? 'the port is in use' : error.code}`,
      exitCode: EXIT.error,
    };
  }
  return undefined;
}

/** Ctrl-C at a prompt. */
function isInterruption(error: unknown): boolean {
  return error instanceof Error && error.name === 'ExitPromptError';
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
