import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Manifest, ManifestServer } from '@p2pimg/identity';
import { UnresolvedHostError } from './errors.ts';

/** A server of the manifest and the IP literal of its host. */
export interface ResolvedServer {
  readonly server: ManifestServer;
  readonly host: string;
}

/** @throws UnresolvedHostError */
export function resolveServers({ servers }: Manifest): Promise<readonly ResolvedServer[]> {
  return Promise.all(
    servers.map(async (server) => {
      if (isIP(server.host) !== 0) return { server, host: server.host };
      const found = await lookup(server.host).catch((cause: unknown) => {
        throw new UnresolvedHostError(`the host ${server.host} of server ${server.id} has no address`, { cause });
      });
      return { server, host: found.address };
    }),
  );
}
