import type { ClientKeys } from '@p2pimg/identity';
import { printable } from '@p2pimg/wire';
import type { ClientEffect } from '../core/effects.ts';
import { ClientError } from '../core/errors.ts';
import type { News } from '../core/news.ts';
import { DEFAULT_SETTINGS } from '../core/settings.ts';
import { Client } from './client.ts';
import { type ClientConfig, settingsOf } from './config.ts';
import { Connection } from './connection.ts';
import { Driver } from './driver.ts';
import { Handles } from './handles.ts';
import { Jobs } from './jobs.ts';
import { PictureThread } from './picture-thread.ts';
import { openProfile } from './profile.ts';
import { randomDigits } from './random-digits.ts';

/** What a test may watch. */
export interface ClientHooks {
  /** Called before each effect is done. */
  readonly beforeEffect?: (effect: ClientEffect) => void;
}

/**
 * Opens a profile, binds the UDP port and starts linking to all servers. Nothing is sent before `register` or `signIn`.
 * @throws ClientConfigError, FileLockedError, errors of identity (keys, manifest), of node:fs, and EADDRINUSE
 */
export function openClient(config: ClientConfig): Promise<Client> {
  return openHookedClient(config, {});
}

/** @throws as {@link openClient} */
export async function openHookedClient(config: ClientConfig, hooks: ClientHooks): Promise<Client> {
  const settings = settingsOf(config);
  const profile = await openProfile(config.profile, config.manifest, config.passphrase);
  const listeners = new Set<(news: News) => void>();
  const onNews = (news: News): void => {
    for (const listener of [...listeners]) listener(news);
  };
  try {
    const { manifest, journal, blobs, ledger } = profile;
    const keys = (): ClientKeys => profile.keys.current;
    const connection = await Connection.open(config, manifest, keys);
    const handles = new Handles();
    const pictures = new PictureThread(blobs.folder);
    const now = (): number => Date.now();
    const clusterKey = manifest.clusterKeys[0];
    if (clusterKey === undefined) throw new ClientError('failed', 'the manifest has no cluster key');
    const jobs = new Jobs({
      ...{ keys, keyRing: profile.keys, cloudId: manifest.cloudId, clusterKey, blobs, handles, pictures, ledger, now },
      reconnect: () => connection.reopen(),
    });
    const driver = new Driver({
      settings: {
        ...DEFAULT_SETTINGS,
        ...settings,
        servers: manifest.servers.map(({ id }) => id),
        cloudId: manifest.cloudId,
        host: config.advertise,
        port: connection.address.port,
      },
      journal,
      jobs,
      handles,
      randomHex: randomDigits(),
      onNews,
      beforeEffect: hooks.beforeEffect,
    });
    connection.start(driver, (from, error) =>
      onNews({ kind: 'trouble', where: `a message of ${from}`, message: printable(error.message) }),
    );
    return new Client({ profile, connection, driver, handles, pictures, listeners });
  } catch (error) {
    await profile.close();
    throw error;
  }
}
