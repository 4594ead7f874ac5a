/** From settings to a client: the daemon's when one runs for the profile, else one in this process. */

import type { Api } from './api/api.ts';
import { RemoteApi, socketPath } from './daemon/remote.ts';
import type { Asking } from './key-passphrase.ts';
import type { ClientSettings } from './settings.ts';

/**
 * @throws CommandError without a manifest; what `openClient` throws
 */
export async function connect(settings: ClientSettings, who: Asking): Promise<Api> {
  const remote = await RemoteApi.connect(socketPath(settings));
  if (remote !== undefined) return remote;
  // Slow to load: who talks to the daemon does without.
  const { openLocal } = await import('./local-client.ts');
  return openLocal(settings, { daemon: false, ...who });
}
