import { availableParallelism } from 'node:os';
import type { MemberConfig } from '@p2pimg/election';
import { type Manifest, type ManifestServer, nodeSuite, type ServerSecrets } from '@p2pimg/identity';
import { equalBytes, utf8Encode } from '@p2pimg/wire';
import { type CloudConfig, DEFAULT_LEASE_MS, DEFAULT_LIMITS, DEFAULT_TIMING } from '../core/config.ts';
import type { ResolvedServer } from './addresses.ts';
import type { ServerConfig } from './config.ts';
import type { CoverFile } from './covers.ts';
import type { EncodeWorkerData } from './encode-messages.ts';
import { CoverError, ManifestNotValidError, ServerKeyMismatchError, ServerNotInManifestError } from './errors.ts';
import type { LoadSource } from './load.ts';
import type { Peer } from './peer-port.ts';

const BUILT_IN_COVER = 'hills';

/**
 * Finds this server in the manifest and holds the secrets against it.
 * @throws ServerNotInManifestError, ServerKeyMismatchError, ManifestNotValidError
 */
export function checkMembership(manifest: Manifest, secrets: ServerSecrets, wallMs: number): ManifestServer {
  const own = manifest.servers.find(({ id }) => id === secrets.serverId);
  if (own === undefined) throw new ServerNotInManifestError(`the manifest has no server ${secrets.serverId}`);
  const { sign, box } = secrets.keys;
  if (!equalBytes(own.boxKey, box.publicKey) || !equalBytes(own.signKey, sign.publicKey)) {
    throw new ServerKeyMismatchError(`the manifest names other keys for server ${own.id} than its secrets file holds`);
  }
  const missing = manifest.clusterKeys.filter(({ id }) => !secrets.clusterKeys.some((key) => equalBytes(key.id, id)));
  if (missing.length > 0) {
    throw new ServerKeyMismatchError('the secrets file lacks a cluster key that the manifest names');
  }
  if (wallMs >= manifest.expiresAt) throw new ManifestNotValidError('the manifest has expired: sign a new one');
  return own;
}

/**
 * Holds a manifest against the one that the server runs by.
 * @returns this server in it
 * @throws what `checkMembership` throws; ManifestNotValidError when it is another cloud's or older, or wants this server to start again
 */
export function checkSuccessor(
  { manifest: current, secrets }: Pick<ServerConfig, 'manifest' | 'secrets'>,
  next: Manifest,
  wallMs: number,
): ManifestServer {
  if (next.cloudId !== current.cloudId) throw new ManifestNotValidError('the manifest is of another cloud');
  if (next.serial < current.serial) throw new ManifestNotValidError('the manifest is older than the one in use');
  const before = checkMembership(current, secrets, Number.NEGATIVE_INFINITY);
  const own = checkMembership(next, secrets, wallMs);
  const moved = (['host', 'clientPort', 'peerPort'] as const).some((field) => own[field] !== before[field]);
  if (moved || next.registration !== current.registration) {
    throw new ManifestNotValidError("the manifest changes this server's address or the registration: start it again");
  }
  return own;
}

/** Members as election wants them. */
export function membersOf(servers: readonly ResolvedServer[]): readonly MemberConfig[] {
  return servers.map(({ server, host }) => ({ id: server.id, host, port: server.peerPort }));
}

/** The servers but this one. */
export function peersOf(servers: readonly ResolvedServer[], self: string): readonly Peer[] {
  return servers
    .filter(({ server }) => server.id !== self)
    .map(({ server, host }) => ({ server, address: { host, port: server.peerPort } }));
}

/** The core's configuration. Settings are checked against each other when the core is made. */
export function coreConfig(config: ServerConfig, servers: readonly ResolvedServer[], wallMs: number): CloudConfig {
  const { manifest, secrets, policy, electionTiming, registrationTokens = [] } = config;
  return {
    cloudId: manifest.cloudId,
    election: {
      self: secrets.serverId,
      members: membersOf(servers),
      incarnation: wallMs,
      ...(policy === undefined ? {} : { policy }),
      ...(electionTiming === undefined ? {} : { timing: electionTiming }),
    },
    registration: {
      policy: manifest.registration,
      tokenDigests: registrationTokens.map((token) => nodeSuite.sha256(utf8Encode(token))),
    },
    leaseMs: config.leaseMs ?? DEFAULT_LEASE_MS,
    timing: { ...DEFAULT_TIMING, ...config.timing },
    limits: { ...DEFAULT_LIMITS, ...config.limits },
    failureToken: config.failureSimulation,
  };
}

/** The load average is the machine's: servers that share one look at their own processes instead. */
export function loadSourceOf(config: ServerConfig, servers: readonly ResolvedServer[]): LoadSource {
  const shared = new Set(servers.map(({ host }) => host)).size < servers.length;
  return config.loadSource ?? (shared ? 'process' : 'host');
}

/** @throws CoverError when the default names no cover */
export function coversOf(covers: readonly CoverFile[], wanted: string | undefined): EncodeWorkerData {
  const defaultCover = wanted ?? covers[0]?.name ?? BUILT_IN_COVER;
  if (wanted !== undefined && wanted !== BUILT_IN_COVER && !covers.some(({ name }) => name === wanted)) {
    throw new CoverError(`there is no cover ${wanted}`);
  }
  return { covers, defaultCover };
}

export function threadsOf({ threads }: ServerConfig): number {
  return threads ?? Math.max(1, availableParallelism() - 1);
}
