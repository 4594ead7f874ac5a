/** Errors of the client and of what it is made of. */

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
import { EXIT, type ExitCode, type Failure } from './exit.ts';

const EXIT_OF: Partial<Record<ClientErrorCode, ExitCode>> = {
  not_registered: EXIT.notSignedIn,
  not_signed_in: EXIT.notSignedIn,
  cloud_unreachable: EXIT.cloudUnreachable,
  peer_refused: EXIT.rejected,
  peer_unreachable: EXIT.queued,
  views_range: EXIT.usage,
};

export function failureOfClient(error: unknown): Failure | undefined {
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
  return undefined;
}
