/** From settings to what the cloud library is started with. */

import { readFile } from 'node:fs/promises';
import type { Log, ServerConfig } from '@p2pimg/cloud';
import { type Manifest, readServerSecrets, type ServerSecrets } from '@p2pimg/identity';
import { equalBytes, type VersionRange } from '@p2pimg/wire';
import { CommandError, EXIT } from './exit.ts';
import { readManifestFile } from './operator/manifest-file.ts';
import type { ServerSettings } from './settings.ts';

/** What the other timers of election are made for; they keep their proportions to the heartbeat. */
const USUAL_HEARTBEAT_MS = 50;

export interface Credentials {
  readonly manifest: Manifest;
  /** Ed25519 public key that signed it. */
  readonly rootKey: Uint8Array;
  readonly secrets: ServerSecrets;
}

/** @throws CommandError, IdentityError subclasses */
export async function readCredentials(settings: ServerSettings): Promise<Credentials> {
  const { manifest, rootKey } = await readSignedManifest(settings.manifest);
  return { manifest, rootKey, secrets: await readServerSecrets(settings.secrets) };
}

/** @param signer the key that has to have signed it; any when left out. @throws CommandError */
export async function readSignedManifest(
  path: string,
  signer?: Uint8Array,
): Promise<{ readonly manifest: Manifest; readonly rootKey: Uint8Array }> {
  const { manifest, rootKey } = await readManifestFile(path);
  if (rootKey === undefined) throw new CommandError(`${path}: a draft; sign it with "manifest sign"`, EXIT.settings);
  if (signer !== undefined && !equalBytes(signer, rootKey)) {
    throw new CommandError(`${path}: signed by another key than the manifest before it`, EXIT.settings);
  }
  return { manifest, rootKey };
}

/** @throws errors of node:fs for the CA certificate */
export async function serverConfig(
  settings: ServerSettings,
  credentials: Credentials,
  log: Log,
  versions: VersionRange,
): Promise<ServerConfig> {
  const s = settings;
  const loadSource = s['election.loadSource'];
  const { manifest, secrets } = credentials;
  return {
    manifest,
    secrets,
    log,
    bindHost: s['bind.host'],
    directoryUrl: s['directory.url'],
    directoryCa: await certificate(s['directory.ca']),
    directoryQuotas: {
      imagesPerClient: s['directory.imagesPerClient'],
      pendingPerClient: s['directory.pendingPerClient'],
    },
    status: { host: s['status.host'], port: s['status.port'] },
    coversFolder: s['covers.folder'],
    defaultCover: s['covers.default'],
    versions: { ...versions, highest: Math.min(versions.highest, s['protocol.highestVersion']) },
    threads: s['workers.threads'],
    policy: s['election.policy'],
    loadSource: loadSource === 'auto' ? undefined : loadSource,
    registrationTokens: s['registration.tokens'],
    leaseMs: s['timers.leaseMs'],
    laneIdleMs: s['timers.laneIdleMs'],
    failureSimulation: s['failureToken.enabled']
      ? { holdMs: s['failureToken.downMs'], intervalMs: s['failureToken.intervalMs'] }
      : undefined,
    electionTiming: electionTiming(s['timers.heartbeatMs']),
    timing: {
      stampWaitMs: s['timers.stampWaitMs'],
      leaderWaitMs: s['timers.leaderWaitMs'],
      handlingGraceMs: s['timers.handlingGraceMs'],
    },
    limits: {
      workers: s['workers.ports'],
      workersPerClient: Math.min(s['workers.portsPerClient'], s['workers.ports']),
      workersPerAddress: Math.min(s['workers.portsPerAddress'], s['workers.ports']),
      queue: s['workers.queue'],
      queuePerClient: Math.min(s['workers.queuePerClient'], s['workers.queue']),
    },
  };
}

function electionTiming(heartbeatMs: number): NonNullable<ServerConfig['electionTiming']> {
  const scaled = (ms: number): number => Math.max(1, Math.round((ms * heartbeatMs) / USUAL_HEARTBEAT_MS));
  return {
    heartbeatMs,
    latenessMs: scaled(12),
    probeMs: scaled(25),
    joinMs: scaled(200),
    staggerMs: scaled(100),
    standstillMs: scaled(150),
  };
}

async function certificate(path: string | undefined): Promise<string | undefined> {
  return path === undefined || path === 'system' ? path : readFile(path, 'utf8');
}
