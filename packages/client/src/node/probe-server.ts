import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { ManifestServer } from '@p2pimg/identity';
import { type ProbeResult, probePort } from '@p2pimg/transport';

/** As `probePort` of `@p2pimg/transport` tells it; `unresolved`: the host name has no address. */
export type ServerProbe = ProbeResult | 'unresolved';

/** Why a server may not answer: asks the network about its client port. For diagnosis only. */
export async function probeServer({ host, clientPort }: ManifestServer, withinMs = 900): Promise<ServerProbe> {
  let address = host;
  if (isIP(host) === 0) {
    try {
      address = (await lookup(host)).address;
    } catch {
      return 'unresolved';
    }
  }
  return probePort({ host: address, port: clientPort }, withinMs);
}
