/** `p2pimg-server keygen root|server`: secrets are made where they are used and never leave the file. */

import {
  fingerprint,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  nodeSuite,
  publicKeysOf,
  readServerSecrets,
  type ServerSecrets,
  writeFileDurably,
  writeRootKey,
  writeServerSecrets,
} from '@p2pimg/identity';
import { toHex } from '@p2pimg/wire';
import type { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { cardOf, encodeCard } from '../operator/card.ts';

const PRE_SHARED_KEY_BYTES = 32;
const SERVER_ID = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** New secrets for a server; with `like`, of the same cloud as another one's. */
export function generateServerSecrets(serverId: string, like?: ServerSecrets): ServerSecrets {
  return {
    serverId,
    keys: generateServerKeys(nodeSuite),
    clusterKeys: like?.clusterKeys ?? [generateClusterKey(nodeSuite)],
    psks: like?.psks ?? [nodeSuite.randomBytes(PRE_SHARED_KEY_BYTES)],
  };
}

export function addKeygen(program: Command): void {
  const keygen = program.command('keygen').description('make secret keys');

  keygen
    .command('root')
    .description("the operator's root key, which signs the manifest; keep it offline")
    .requiredOption('--out <file>', 'where to write it (must not exist)')
    .action(async ({ out }: { readonly out: string }) => {
      const root = generateSignPair(nodeSuite);
      await writeRootKey(out, root);
      print(`root key: ${out}`, `public key, which clients pin: ${toHex(root.publicKey)}`);
    });

  keygen
    .command('server')
    .description("a server's secrets, and its card for the manifest (no secret)")
    .requiredOption('--id <id>', 'its name in the manifest: a-z, 0-9, -, at most 32')
    .requiredOption('--out <file>', 'where to write the secrets (must not exist); the card is <file>.card.json')
    .option(
      '--like <file>',
      "secrets of another server of the same cloud: shares its cluster key and the servers' pre-shared key",
    )
    .action(async ({ id, out, like }: { readonly id: string; readonly out: string; readonly like?: string }) => {
      if (!SERVER_ID.test(id)) throw new CommandError(`--id: a-z, 0-9 and -, at most 32 characters`, EXIT.usage);
      const secrets = generateServerSecrets(id, like === undefined ? undefined : await readServerSecrets(like));
      await writeServerSecrets(out, secrets);
      const card = `${out}.card.json`;
      await writeFileDurably(card, encodeCard(cardOf(secrets)));
      print(
        `secrets of ${id}: ${out}`,
        `card: ${card}`,
        `fingerprint: ${fingerprint(nodeSuite, publicKeysOf(secrets.keys))}`,
      );
    });
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`);
}
