/** `p2pimg-server manifest create|add|remove|sign|show`: drafts are edited anywhere, signed where the root key is. */

import {
  addServer,
  createManifest,
  fingerprint,
  type Manifest,
  nodeSuite,
  type RegistrationPolicy,
  readRootKey,
  removeServer,
  renewManifest,
  signManifest,
  writeFileDurably,
} from '@p2pimg/identity';
import { toHex } from '@p2pimg/wire';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readCard, requireSameCluster, type ServerCard } from '../operator/card.ts';
import { readManifestFile, writeDraft } from '../operator/manifest-file.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

interface Placement {
  readonly host: string;
  readonly clientPort: number;
  readonly peerPort: number;
}

export function addManifest(program: Command): void {
  const manifest = program.command('manifest').description("make, change and sign the cloud's manifest");

  withPlacement(manifest.command('create').description('start a draft with one server'))
    .addOption(
      new Option('--registration <policy>', 'who may register').choices(['open', 'token', 'closed']).default('open'),
    )
    .requiredOption('--out <draft>', 'where to write the draft')
    .action(
      async (
        options: Placement & { readonly card: string; readonly registration: RegistrationPolicy; readonly out: string },
      ) => {
        const card = await readCard(options.card);
        const now = Date.now();
        const draft = createManifest(nodeSuite, {
          issuedAt: now,
          expiresAt: now + 365 * DAY_MS,
          registration: options.registration,
          clusterKey: card.clusterKey,
          servers: [serverOf(card, options)],
        });
        await saveDraft(options.out, draft);
      },
    );

  withPlacement(manifest.command('add <manifest>').description('add a server to a draft or a signed manifest'))
    .requiredOption('--out <draft>', 'where to write the new draft')
    .action(async (file: string, options: Placement & { readonly card: string; readonly out: string }) => {
      const before = (await readManifestFile(file)).manifest;
      const card = await readCard(options.card);
      requireSameCluster(card, before.clusterKeys);
      await saveDraft(options.out, addServer(before, serverOf(card, options)));
    });

  manifest
    .command('remove <manifest>')
    .description('remove a server from a draft or a signed manifest')
    .requiredOption('--id <id>', 'the server')
    .requiredOption('--out <draft>', 'where to write the new draft')
    .action(async (file: string, { id, out }: { readonly id: string; readonly out: string }) => {
      await saveDraft(out, removeServer((await readManifestFile(file)).manifest, id));
    });

  manifest
    .command('sign <draft>')
    .description('sign a draft with the root key, valid from now')
    .requiredOption('--root <file>', 'the root key')
    .option('--valid-days <days>', 'how long it is valid', days, 365)
    .requiredOption('--out <manifest>', 'where to write the signed manifest')
    .action(
      async (file: string, options: { readonly root: string; readonly validDays: number; readonly out: string }) => {
        const { manifest: draft } = await readManifestFile(file);
        const now = Date.now();
        const renewed = renewManifest(draft, { issuedAt: now, expiresAt: now + options.validDays * DAY_MS });
        await writeFileDurably(options.out, signManifest(nodeSuite, renewed, await readRootKey(options.root)));
        print(`signed manifest, serial ${renewed.serial}: ${options.out}`);
      },
    );

  manifest
    .command('show <manifest>')
    .description('show what a manifest says, its signature checked')
    .option('--json', 'as JSON')
    .action(async (file: string, { json }: { readonly json?: true }) => {
      const { manifest: shown, rootKey } = await readManifestFile(file);
      print(json ? JSON.stringify(plain(shown, rootKey)) : readable(shown, rootKey));
    });
}

function withPlacement(command: Command): Command {
  return command
    .requiredOption('--card <file>', "the server's card, from keygen server")
    .requiredOption('--host <address>', 'the IP address at which it is reached')
    .option('--client-port <port>', "clients' parent port", port, 8081)
    .option('--peer-port <port>', "the other servers' port", port, 8085);
}

function serverOf(
  { id, boxKey, signKey }: ServerCard,
  { host, clientPort, peerPort }: Placement,
): Manifest['servers'][number] {
  return { id, boxKey, signKey, host, clientPort, peerPort };
}

async function saveDraft(path: string, draft: Manifest): Promise<void> {
  await writeDraft(path, draft);
  print(`draft, serial ${draft.serial}, ${draft.servers.length} servers: ${path}`);
}

function plain(manifest: Manifest, rootKey: Uint8Array | undefined): object {
  return {
    ...manifest,
    signed: rootKey !== undefined,
    rootKey: rootKey && toHex(rootKey),
    servers: manifest.servers.map((server) => ({
      ...server,
      boxKey: toHex(server.boxKey),
      signKey: toHex(server.signKey),
    })),
    clusterKeys: manifest.clusterKeys.map(({ id, publicKey }) => ({ id: toHex(id), publicKey: toHex(publicKey) })),
  };
}

function readable(manifest: Manifest, rootKey: Uint8Array | undefined): string {
  const { cloudId, serial, issuedAt, expiresAt, registration, servers } = manifest;
  return [
    `cloud        ${cloudId}`,
    `serial       ${serial}`,
    `valid        ${new Date(issuedAt).toISOString()} to ${new Date(expiresAt).toISOString()}`,
    `registration ${registration}`,
    `signed by    ${rootKey === undefined ? 'nobody: a draft' : toHex(rootKey)}`,
    ...servers.map(
      (s) =>
        `server       ${s.id}  ${s.host}  clients ${s.clientPort}  servers ${s.peerPort}  ${fingerprint(nodeSuite, s)}`,
    ),
  ].join('\n');
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 65_535) throw new InvalidArgumentError('a port is 1 to 65535');
  return value;
}

function days(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 3650) throw new InvalidArgumentError('1 to 3650 days');
  return value;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
