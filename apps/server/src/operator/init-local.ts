/** A whole cloud for one machine, in one folder: keys, signed manifest, one settings file for each server. */

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createManifest,
  generateSignPair,
  nodeSuite,
  type ServerSecrets,
  signManifest,
  writeFileDurably,
  writeRootKey,
  writeServerSecrets,
} from '@p2pimg/identity';
import { stringify } from 'smol-toml';
import { generateServerSecrets } from '../commands/keygen.ts';
import { cardOf } from './card.ts';

export interface LocalCloudOptions {
  /** Made when missing; must not hold a cloud already. */
  readonly folder: string;
  /** Loopback addresses and free ports, one entry for each server: s1, s2 … */
  readonly servers: readonly {
    readonly host: string;
    readonly clientPort: number;
    readonly peerPort: number;
    readonly statusPort: number;
  }[];
  readonly directoryUrl?: string;
  /** Further settings for all servers, by TOML table. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;
}

export interface LocalCloud {
  readonly manifestPath: string;
  readonly rootKey: Uint8Array;
  readonly servers: readonly { readonly id: string; readonly settingsPath: string; readonly statusPort: number }[];
}

const VALID_MS = 365 * 24 * 60 * 60 * 1000;

/** @throws SecretExistsError when the folder holds a cloud already */
export async function initLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const { folder, servers, settings = {} } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const root = generateSignPair(nodeSuite);
  await writeRootKey(join(folder, 'root.key'), root);

  const secrets: ServerSecrets[] = [];
  for (const [i] of servers.entries()) secrets.push(generateServerSecrets(`s${i + 1}`, secrets[0]));
  const cards = secrets.map(cardOf);
  const [first] = cards;
  if (first === undefined) throw new RangeError('a cloud needs at least one server');

  const now = Date.now();
  const manifest = createManifest(nodeSuite, {
    issuedAt: now,
    expiresAt: now + VALID_MS,
    registration: 'open',
    clusterKey: first.clusterKey,
    servers: cards.map(({ clusterKey: _, ...card }, i) => {
      const { host, clientPort, peerPort } = servers[i]!;
      return { ...card, host, clientPort, peerPort };
    }),
  });
  const manifestPath = join(folder, 'cloud.manifest.json');
  await writeFileDurably(manifestPath, signManifest(nodeSuite, manifest, root));

  const started = await Promise.all(
    secrets.map(async (secret, i) => {
      const id = secret.serverId;
      const secretsPath = join(folder, `${id}.key`);
      await writeServerSecrets(secretsPath, secret);
      const settingsPath = join(folder, `${id}.toml`);
      const { host, statusPort } = servers[i]!;
      const text = stringify({
        manifest: manifestPath,
        secrets: secretsPath,
        ...settings,
        directory: {
          url: options.directoryUrl ?? `sqlite://${join(folder, 'directory.sqlite')}`,
          ...settings.directory,
        },
        status: { host, port: statusPort, ...settings.status },
      });
      await writeFileDurably(settingsPath, Buffer.from(`${text}\n`));
      return { id, settingsPath, statusPort };
    }),
  );
  return { manifestPath, rootKey: root.publicKey, servers: started };
}
