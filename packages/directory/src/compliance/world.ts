/** Clients, images and grants for the cases. */

import { createHash, randomBytes } from 'node:crypto';
import type { Claim, ClientId, Directory } from '../interface.ts';

export function bytes(length: number): Uint8Array {
  return new Uint8Array(randomBytes(length));
}

export function sha256(text: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(text).digest());
}

/** A claim that nobody has made yet. */
export function newClaim(change: Partial<Claim> = {}): Claim {
  return {
    clientKey: bytes(32),
    requestId: bytes(16),
    bodyDigest: bytes(32),
    notAfter: Date.now() + 60_000,
    ...change,
  };
}

export interface TestClient {
  readonly clientId: ClientId;
  readonly signKey: Uint8Array;
  readonly boxKey: Uint8Array;
}

export async function newClient(directory: Directory): Promise<TestClient> {
  const keys = { signKey: bytes(32), boxKey: bytes(32) };
  const { value } = await directory.register({ claim: newClaim(), ...keys });
  return { clientId: value.clientId, ...keys };
}

export async function goOnline(
  directory: Directory,
  { clientId }: TestClient,
  change: Partial<Parameters<Directory['signIn']>[0]> = {},
): Promise<void> {
  await directory.signIn({
    claim: newClaim(),
    clientId,
    counter: 1,
    address: { host: '192.0.2.7', port: 40_000 },
    visibility: 'everyone',
    leaseMs: 600_000,
    ...change,
  });
}

export async function newImage(directory: Directory, { clientId }: TestClient, name = 'puppy'): Promise<string> {
  const imageId = `client${clientId}-${name}`;
  const images = [{ imageId, digest: sha256(imageId) }];
  await directory.addResources({ claim: newClaim(), clientId, images });
  return imageId;
}

export type GrantFields = Omit<Parameters<Directory['publishGrant']>[0], 'claim'>;

/** Two clients, an image, and a grant on it that is not published yet. */
export async function newGrant(directory: Directory, allowed: number): Promise<GrantFields> {
  const owner = await newClient(directory);
  const viewer = await newClient(directory);
  return {
    ownerId: owner.clientId,
    viewerId: viewer.clientId,
    imageId: await newImage(directory, owner),
    grantId: bytes(16),
    version: 1,
    allowed,
    grant: bytes(464),
  };
}

/** The next version of a grant. */
export function revised(grant: GrantFields, allowed: number): GrantFields {
  return { ...grant, version: grant.version + 1, allowed, grant: bytes(464) };
}

/** A release of one view under a grant. */
export function newRelease(
  grant: GrantFields,
  change: Partial<Parameters<Directory['releaseView']>[0]> = {},
): Parameters<Directory['releaseView']>[0] {
  return { claim: newClaim(), ...grant, used: 0, nonce: bytes(32), views: 1, ...change };
}
