import { probeServer, type ServerProbe } from '@p2pimg/client';
import type { Manifest } from '@p2pimg/identity';
import type { Finding } from './examine.ts';

const CAUSES: Readonly<Record<ServerProbe, string>> = {
  closed: 'is down: its machine says that nothing listens there',
  unreachable: 'cannot be reached: this machine has no way there, or a local firewall forbids to send',
  silent: 'does not answer: UDP is blocked on the way, it hangs, or it has another key than the manifest says',
  unresolved: 'cannot be found: its host name has no address',
};

/** One finding for each server; one more when none answers. */
export async function serverFindings(
  { servers }: Manifest,
  links: Readonly<Record<string, boolean>>,
): Promise<readonly Finding[]> {
  const findings = await Promise.all(
    servers.map(async (server): Promise<Finding & { readonly cause: ServerProbe | undefined }> => {
      const check = `server ${server.id}`;
      if (links[server.id]) return { check, ok: true, detail: 'answers', cause: undefined };
      const cause = await probeServer(server);
      return { check, ok: false, detail: `${server.host} UDP ${server.clientPort} ${CAUSES[cause]}`, cause };
    }),
  );
  const all = findings.map(({ check, ok, detail }) => ({ check, ok, detail }));
  if (!findings.every(({ cause }) => cause === 'silent' || cause === 'unreachable')) return all;
  const detail =
    'no server is heard, and none is known to be down: most likely UDP is blocked, or this machine is offline';
  return [...all, { check: 'network', ok: false, detail }];
}
