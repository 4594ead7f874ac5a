import { isIP } from 'node:net';
import type { OpenDirectory } from '@p2pimg/directory';
import { checkMembers } from '@p2pimg/election';
import { type Manifest, nodeSuite } from '@p2pimg/identity';
import type { Address } from '@p2pimg/transport';
import { MESSAGE_VERSIONS } from '@p2pimg/wire';
import { CloudCore } from '../core/cloud-core.ts';
import { resolveServers } from './addresses.ts';
import { ClientPort } from './client-port.ts';
import type { ServerConfig } from './config.ts';
import { readCovers } from './covers.ts';
import { PortUnavailableError } from './errors.ts';
import { Jobs } from './jobs.ts';
import { LoadMeter } from './load.ts';
import { openForStart } from './open-directory.ts';
import { PeerPort } from './peer-port.ts';
import {
  checkMembership,
  checkSuccessor,
  coreConfig,
  coversOf,
  loadSourceOf,
  membersOf,
  peersOf,
  threadsOf,
} from './prepare.ts';
import { ServerProgram, type ServerStatus } from './program.ts';
import { startPurging } from './purge.ts';
import { StatusServer } from './status-server.ts';

/** A server that serves. */
export interface RunningServer {
  readonly serverId: string;
  readonly clientAddress: Address;
  readonly statusAddress: Address | undefined;
  status(): ServerStatus;
  /**
   * Goes on by another manifest, whose signature has been verified: other servers may have come, gone or moved.
   * Several are taken over in the order of the calls.
   * @throws ServerStartError subclasses, election's MembershipError; the server then goes on as before
   */
  reload(manifest: Manifest): Promise<void>;
  /** Takes nothing new, hands the lead over, finishes what it has (for at most `drainMs`, default 10,000) and ends. */
  stop(options?: { readonly drainMs?: number }): Promise<void>;
}

/**
 * Starts one server of a cloud: opens the directory and the ports, joins the group and serves.
 * @throws ServerStartError subclasses, CloudConfigError, election's TimingError and MembershipError; whatever was opened is closed
 */
export async function startServer(config: ServerConfig): Promise<RunningServer> {
  const wallMs = Date.now();
  const own = checkMembership(config.manifest, config.secrets, wallMs);
  const servers = await resolveServers(config.manifest);
  const core = new CloudCore(coreConfig(config, servers, wallMs), nodeSuite);
  const covers = coversOf(
    config.coversFolder === undefined ? [] : await readCovers(config.coversFolder),
    config.defaultCover,
  );

  const stack = new AsyncDisposableStack();
  try {
    const directory = stack.adopt(await openForStart(config), close);
    const { clusterKeys, keys, psks } = config.secrets;
    const jobs = stack.adopt(new Jobs({ clusterKeys, covers, threads: threadsOf(config) }), close);
    await jobs.prepare();

    const versions = config.versions ?? MESSAGE_VERSIONS;
    const host = config.bindHost ?? (isIP(own.host) === 0 ? '0.0.0.0' : own.host);
    const program = new ServerProgram({ core, directory, jobs, versions, log: config.log });
    const peerPort = await PeerPort.open({
      keys: keys.box,
      bind: { host, port: own.peerPort },
      peers: peersOf(servers, own.id),
      psks,
      versions,
      onMessage: program.onPeerMessage,
      onIncompatible: (who, theirs) => program.onIncompatible('peer', who, theirs),
      onDown: program.onPeerDown,
    }).catch((error) => portUnavailable('servers', host, own.peerPort, error));
    stack.adopt(peerPort, close);
    const clientPort = await ClientPort.open({
      keys: keys.box,
      bind: { host, port: own.clientPort },
      limits: config.laneIdleMs === undefined ? {} : { laneIdleMs: config.laneIdleMs },
      give: program.give,
      versions,
      onMessage: program.onClientMessage,
      onIncompatible: (who, theirs) => program.onIncompatible('client', who, theirs),
    }).catch((error) => portUnavailable('clients', host, own.clientPort, error));
    stack.adopt(clientPort, close);
    const pages = {
      notReady: () => program.notReady(),
      status: () => program.status(),
      metrics: () => program.metrics(),
    };
    const status = config.status && stack.adopt(await StatusServer.open(config.status, pages), close);

    program.start(clientPort, peerPort, new LoadMeter(loadSourceOf(config, servers)));
    stack.defer(() => program.end());
    const purging = startPurging(config.directoryUrl, directory);
    stack.defer(() => clearInterval(purging));
    const opened = stack.move();
    let { manifest } = config;
    const takeOver = async (next: Manifest): Promise<void> => {
      checkSuccessor({ manifest, secrets: config.secrets }, next, Date.now());
      const resolved = await resolveServers(next);
      const members = membersOf(resolved);
      checkMembers(own.id, members);
      manifest = next;
      peerPort.setPeers(peersOf(resolved, own.id));
      program.give({ type: 'members', members });
    };
    // One after the other: a name that resolves slowly must not let an older manifest come last.
    let reloading: Promise<void> = Promise.resolve();
    return {
      serverId: own.id,
      clientAddress: clientPort.address,
      statusAddress: status?.address,
      status: () => program.status(),
      reload: (next) => {
        const turn = reloading.then(() => takeOver(next));
        reloading = turn.catch(() => {}); // told to whoever called
        return turn;
      },
      stop: async ({ drainMs = 10_000 } = {}) => {
        await program.drain(drainMs);
        await opened.disposeAsync();
      },
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function close(opened: OpenDirectory | Jobs | PeerPort | ClientPort | StatusServer): Promise<void> {
  return opened.close();
}

function portUnavailable(what: string, host: string, port: number, error: unknown): never {
  throw new PortUnavailableError(what, host, port, error);
}
