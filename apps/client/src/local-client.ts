/** A client in this process. */

import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openClient } from '@p2pimg/client';
import { type Manifest, nodeSuite, openManifest, writeFileDurably } from '@p2pimg/identity';
import type { Api } from './api/api.ts';
import { localApi } from './api/local.ts';
import { removeDead } from './backup/under-way.ts';
import { CommandError, EXIT } from './exit.ts';
import { type Asking, withKeyPassphrase } from './key-passphrase.ts';
import { logNews, openLog } from './log.ts';
import { profileFolder } from './profile-folder.ts';
import type { ClientSettings } from './settings.ts';

export interface LocalOptions extends Asking {
  readonly daemon: boolean;
}

/** @throws CommandError without a manifest; what `openClient` throws */
export async function openLocal(settings: ClientSettings, options: LocalOptions): Promise<Api> {
  const folder = profileFolder(settings.profile);
  const manifest = await readManifest(settings.manifest, folder);
  // Before the log makes it: nobody else is to read what is in there.
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const log = openLog(folder, settings['log.level']);
  let known = settings.passphrase;
  const client = await withKeyPassphrase(settings.passphrase, options, (passphrase) => {
    known = passphrase;
    return openClient({
      profile: folder,
      manifest,
      bind: { host: settings['bind.host'], port: settings['bind.port'] },
      visibility: settings.visibility,
      timers: { requestMs: Math.min(15_000, settings.timeout * 1_000), encodeMs: settings.timeout * 1_000 },
      ...(passphrase === undefined ? {} : { passphrase }),
      ...(settings.advertise === undefined ? {} : { advertise: settings.advertise }),
    });
  });
  // Its lock on the profile is ours now.
  await removeDead(join(folder, 'backup'));
  client.onNews((news) => logNews(log, news));
  // Kept only once the client has accepted it.
  if (settings.manifest !== undefined) await writeFileDurably(join(folder, 'manifest.json'), manifest);
  return localApi(client, { daemon: options.daemon, passphrase: known });
}

/** The manifest that the profile goes by. @throws CommandError, errors of the manifest */
export async function manifestOf({ manifest, profile }: ClientSettings): Promise<Manifest> {
  return openManifest(nodeSuite, await readManifest(manifest, profileFolder(profile))).manifest;
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
