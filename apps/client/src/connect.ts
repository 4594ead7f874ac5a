/** From settings to a client: the daemon's when one runs for the profile, else one in this process. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClient } from '@p2pimg/client';
import { writeFileDurably } from '@p2pimg/identity';
import type { Api } from './api/api.ts';
import { localApi } from './api/local.ts';
import { RemoteApi } from './daemon/remote.ts';
import { CommandError, EXIT } from './exit.ts';
import { logNews, openLog } from './log.ts';
import { type ClientSettings, profileFolder } from './settings.ts';

export function socketPath(settings: ClientSettings): string {
  return join(profileFolder(settings.profile), 'daemon.sock');
}

/** @throws CommandError without a manifest; what `openClient` throws */
export async function connect(settings: ClientSettings): Promise<Api> {
  return (await RemoteApi.connect(socketPath(settings))) ?? (await openLocal(settings, { daemon: false }));
}

/** A client in this process. @throws as {@link connect} */
export async function openLocal(settings: ClientSettings, options: { readonly daemon: boolean }): Promise<Api> {
  const folder = profileFolder(settings.profile);
  const manifest = await readManifest(settings.manifest, folder);
  const log = openLog(folder, settings['log.level']);
  const client = await openClient({
    profile: folder,
    manifest,
    bind: { host: settings['bind.host'], port: settings['bind.port'] },
    visibility: settings.visibility,
    timers: { requestMs: Math.min(15_000, settings.timeout * 1_000), encodeMs: settings.timeout * 1_000 },
    ...(settings.passphrase === undefined ? {} : { passphrase: settings.passphrase }),
    ...(settings.advertise === undefined ? {} : { advertise: settings.advertise }),
  });
  client.onNews((news) => logNews(log, news));
  // Kept only once the client has accepted it.
  if (settings.manifest !== undefined) await writeFileDurably(join(folder, 'manifest.json'), manifest);
  return localApi(client, options);
}

async function readManifest(given: string | undefined, folder: string): Promise<Uint8Array> {
  const path = given ?? join(folder, 'manifest.json');
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (given !== undefined)
      throw new CommandError(`${given}: the manifest cannot be read`, EXIT.usage, 'manifest', { cause: error });
    throw new CommandError(
      'which cloud? give its manifest once: --manifest FILE (the operator has it)',
      EXIT.usage,
      'manifest',
    );
  }
}
