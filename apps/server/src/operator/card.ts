/**
 * A server's card: what the operator needs to put it into the manifest. It holds no secret, so that it can travel to the machine with
 * the root key.
 */

import { readFile } from 'node:fs/promises';
import { type ClusterKey, clusterKeyId, nodeSuite, type PublicKeys, type ServerSecrets } from '@p2pimg/identity';
import { equalBytes, fromHex, toHex } from '@p2pimg/wire';
import { z } from 'zod';
import { CommandError, EXIT } from '../exit.ts';

export interface ServerCard extends PublicKeys {
  readonly id: string;
  readonly clusterKey: ClusterKey;
}

const MAX_CARD_BYTES = 4096;

const key = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .transform(fromHex);
const schema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  boxKey: key,
  signKey: key,
  clusterKey: key,
});

export function cardOf({ serverId, keys, clusterKeys }: ServerSecrets): ServerCard {
  const [clusterKey] = clusterKeys;
  if (clusterKey === undefined) throw new CommandError('the secrets hold no cluster key', EXIT.settings);
  return { id: serverId, boxKey: keys.box.publicKey, signKey: keys.sign.publicKey, clusterKey };
}

export function encodeCard({ id, boxKey, signKey, clusterKey }: ServerCard): Uint8Array {
  const card = { id, boxKey: toHex(boxKey), signKey: toHex(signKey), clusterKey: toHex(clusterKey.publicKey) };
  return Buffer.from(`${JSON.stringify(card, undefined, 2)}\n`);
}

/** @throws CommandError */
export async function readCard(path: string): Promise<ServerCard> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new CommandError(`${path}: cannot be read (${error.code})`, EXIT.settings, { cause: error });
  });
  if (bytes.length > MAX_CARD_BYTES) throw new CommandError(`${path}: not a server's card`, EXIT.settings);
  try {
    const { clusterKey, ...card } = schema.parse(JSON.parse(bytes.toString('utf8')));
    return { ...card, clusterKey: { id: clusterKeyId(nodeSuite, clusterKey), publicKey: clusterKey } };
  } catch (error) {
    throw new CommandError(`${path}: not a server's card`, EXIT.settings, { cause: error });
  }
}

/** @throws CommandError when the servers would not share one cluster key */
export function requireSameCluster(card: ServerCard, clusterKeys: readonly ClusterKey[]): void {
  if (clusterKeys.some(({ publicKey }) => equalBytes(publicKey, card.clusterKey.publicKey))) return;
  throw new CommandError(
    `server ${card.id} has another cluster key: make its keys with "keygen server --like" a server of this cloud`,
    EXIT.settings,
  );
}
