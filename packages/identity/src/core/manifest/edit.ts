/** The operator's changes. Every one raises the serial. */

import { toHex, utf8Encode } from '@p2pimg/wire';
import type { ClusterKey } from '../cluster-key.ts';
import type { CryptoSuite } from '../suite.ts';
import { ManifestServerError } from './errors.ts';
import {
  MANIFEST_FORMAT,
  MAX_CLUSTER_KEYS,
  type Manifest,
  type ManifestServer,
  parseManifestPayload,
  type RegistrationPolicy,
} from './schema.ts';

export interface ManifestValidity {
  /** Milliseconds since the epoch. */
  readonly issuedAt: number;
  readonly expiresAt: number;
}

export interface NewManifest extends ManifestValidity {
  readonly clusterKey: ClusterKey;
  readonly registration: RegistrationPolicy;
  readonly servers?: readonly ManifestServer[];
}

/** A manifest with serial 1 and a fresh cloud id. @throws MalformedManifestError */
export function createManifest(suite: CryptoSuite, { clusterKey, servers, ...rest }: NewManifest): Manifest {
  const cloudId = toHex(suite.randomBytes(16));
  return checked({ cloudId, serial: 1, ...rest, servers: servers ?? [], clusterKeys: [clusterKey] });
}

/** @throws ManifestServerError when there is one with that id; MalformedManifestError */
export function addServer(manifest: Manifest, server: ManifestServer): Manifest {
  if (manifest.servers.some(({ id }) => id === server.id)) {
    throw new ManifestServerError(`the manifest has a server ${server.id} already`);
  }
  return changed(manifest, { servers: [...manifest.servers, server] });
}

/** @throws ManifestServerError when there is none with that id */
export function removeServer(manifest: Manifest, id: string): Manifest {
  const servers = manifest.servers.filter((server) => server.id !== id);
  if (servers.length === manifest.servers.length)
    throw new ManifestServerError('the manifest has no server with that id');
  return changed(manifest, { servers });
}

/** Makes a cluster key the current one; the oldest is dropped past eight, and with it the grants that name it. */
export function addClusterKey(manifest: Manifest, { id, publicKey }: ClusterKey): Manifest {
  return changed(manifest, { clusterKeys: [{ id, publicKey }, ...manifest.clusterKeys].slice(0, MAX_CLUSTER_KEYS) });
}

/** @throws MalformedManifestError when the times are not in order */
export function renewManifest(manifest: Manifest, validity: ManifestValidity): Manifest {
  return changed(manifest, validity);
}

export function setRegistration(manifest: Manifest, registration: RegistrationPolicy): Manifest {
  return changed(manifest, { registration });
}

/** The payload's bytes: JSON that people can read, the same for the same manifest. */
export function encodeManifestPayload(manifest: Manifest): Uint8Array {
  const { cloudId, serial, issuedAt, expiresAt, registration } = manifest;
  const servers = manifest.servers.map(({ id, host, clientPort, peerPort, boxKey, signKey }) => {
    return { id, host, clientPort, peerPort, boxKey: toHex(boxKey), signKey: toHex(signKey) };
  });
  const clusterKeys = manifest.clusterKeys.map(({ id, publicKey }) => ({ id: toHex(id), publicKey: toHex(publicKey) }));
  const payload = { format: MANIFEST_FORMAT, cloudId, serial, issuedAt, expiresAt, registration, servers, clusterKeys };
  return utf8Encode(JSON.stringify(payload, undefined, 2));
}

function changed(manifest: Manifest, change: Partial<Manifest>): Manifest {
  return checked({ ...manifest, ...change, serial: manifest.serial + 1 });
}

/** An operator's mistake shows at once, not at the first client. */
function checked(manifest: Manifest): Manifest {
  return parseManifestPayload(encodeManifestPayload(manifest));
}
