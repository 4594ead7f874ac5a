import {
  ClientConfigError,
  ClientError,
  type ClientErrorCode,
  CloudRefusedError,
  JournalCorruptError,
  PeerRefusedError,
} from '@p2pimg/client';
import { FileLockedError, IdentityError } from '@p2pimg/identity';
import { SettingsError } from '@p2pimg/settings';

/** How the program ends. Documented in the README; scripts rely on it. */
export const EXIT = {
  ok: 0,
  error: 1,
  usage: 2,
  /** No views are left, or the owner took the rights back: the default picture was shown. */
  noViews: 3,
  notSignedIn: 4,
  rejected: 5,
  /** Done here; the peer is offline and gets it later. */
  queued: 6,
  cloudUnreachable: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Ends the program with one clear line. */
export class CommandError extends Error {
  override readonly name: string = 'CommandError';
  readonly exitCode: ExitCode;
  /** Stable, for scripts. */
  readonly code: string;
  /** As in {@link Failure}. */
  readonly reason: string | undefined;
  constructor(
    message: string,
    exitCode: ExitCode = EXIT.error,
    code = 'error',
    { reason, ...options }: ErrorOptions & { readonly reason?: string | undefined } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.code = code;
    this.reason = reason;
  }
}

const EXIT_OF: Partial<Record<ClientErrorCode, ExitCode>> = {
  not_registered: EXIT.notSignedIn,
  not_signed_in: EXIT.notSignedIn,
  cloud_unreachable: EXIT.cloudUnreachable,
  peer_refused: EXIT.rejected,
  peer_unreachable: EXIT.queued,
  views_range: EXIT.usage,
};

/** An error as scripts get it; undefined for what nobody foresaw. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly exitCode: ExitCode;
  /** The code with which a server or a peer refused. */
  readonly reason?: string | undefined;
}

export function failureOf(error: unknown): Failure | undefined {
  if (error instanceof CommandError) {
    const { code, message, exitCode, reason } = error;
    return { code, message, exitCode, reason };
  }
  if (error instanceof ClientError) {
    const { code, message } = error;
    const reason = error instanceof CloudRefusedError || error instanceof PeerRefusedError ? error.reason : undefined;
    return { code, message, exitCode: EXIT_OF[code] ?? EXIT.error, reason };
  }
  if (error instanceof FileLockedError) {
    const message = `another p2pimg (process ${error.pid}) uses this profile: end it, or run "p2pimg daemon", which commands and menu share`;
    return { code: 'profile_busy', message, exitCode: EXIT.error };
  }
  if (error instanceof SettingsError) return { code: 'settings', message: error.message, exitCode: EXIT.usage };
  if (error instanceof IdentityError || error instanceof ClientConfigError || error instanceof JournalCorruptError) {
    return { code: 'profile', message: error.message, exitCode: EXIT.error };
  }
  // A prompt that was taken back: what has done so is the reason.
  if (error instanceof Error && error.name === 'AbortPromptError') return failureOf(error.cause);
  if (isInterruption(error)) return { code: 'interrupted', message: 'interrupted', exitCode: EXIT.interrupted };
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
