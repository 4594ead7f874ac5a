/** Every method of the directory, as the calls that are measured: each call is one that has not been made before. */

import type { DirectoryMethod, OpenDirectory } from '@p2pimg/directory';
import type { Call } from '../src/calls/types.ts';
import {
  bytes,
  type GrantFields,
  goOnline,
  newClaim,
  newClient,
  newImage,
  newRelease,
  sha256,
  type TestClient,
} from '../src/compliance/world.ts';

/** Calls at work at once; each of these lanes has a client, an image and a grant of its own. */
export const LANES = 64;
const IMAGES_PER_CLIENT = 10;

export type NextCall<M extends DirectoryMethod = DirectoryMethod> = (lane: number) => Call<M>;
export type Scenario<M extends DirectoryMethod = DirectoryMethod> = readonly [method: M, next: NextCall<M>];

/** @param name appears in names of images, so that several may be prepared on one database */
export async function scenarios(directory: OpenDirectory, name: string): Promise<Readonly<Record<string, Scenario>>> {
  const world = await prepare(directory, name);
  const lane = (index: number): Lane => world[index % LANES]!;
  let count = 0;
  /** Every pair of two lanes in turn, then again. */
  const pair = (): readonly [Lane, Lane] => {
    count += 1;
    return [lane(count), lane(count + Math.floor(count / LANES) + 1)];
  };
  const fresh: { readonly [M in DirectoryMethod]: NextCall<M> } = {
    register: () => ({ claim: newClaim(), signKey: bytes(32), boxKey: bytes(32) }),
    rotateKeys: (index) => {
      const { client } = lane(index);
      const call = { clientId: client.clientId, currentSignKey: client.signKey, signKey: bytes(32), boxKey: bytes(32) };
      client.signKey = call.signKey;
      return { claim: newClaim(), ...call };
    },
    signIn: (index) => {
      const { client } = lane(index);
      client.counter += 1;
      const { clientId, counter } = client;
      const address = { host: '192.0.2.7', port: 40_000 };
      return { claim: newClaim(), clientId, counter, address, visibility: 'everyone', leaseMs: 3_600_000 };
    },
    shutdown: (index) => ({ claim: newClaim(), clientId: lane(index).leaving.clientId, counter: 1 }),
    addResources: () => {
      count += 1;
      const { clientId } = lane(count).publisher();
      const images = [{ imageId: `client${clientId}-${name}${count}`, digest: bytes(32) }];
      return { claim: newClaim(), clientId, images };
    },
    removeResource: (index) => {
      const { leaving, removed } = lane(index);
      return { claim: newClaim(), clientId: leaving.clientId, imageId: removed };
    },
    publishGrant: (index) => {
      const { grant } = lane(index);
      grant.version += 1;
      return { claim: newClaim(), ...grant, grant: bytes(464) };
    },
    leaveNotice: () => {
      const [from, to] = pair();
      const ids = { fromId: from.publisher().clientId, toId: to.publisher().clientId, noticeId: bytes(16) };
      return { claim: newClaim(), ...ids, kind: 'image_rejected', imageId: from.images[0]! };
    },
    acknowledge: (index) => {
      const { grant } = lane(index);
      lane(index).acknowledged += 1;
      const grants = [{ grantId: grant.grantId, version: lane(index).acknowledged }];
      return { claim: newClaim(), clientId: grant.viewerId, grants, notices: [bytes(16)] };
    },
    releaseView: (index) => newRelease(lane(index).spent),
    refuse: () => ({ claim: newClaim(), method: 'register', refusal: { code: 'bad_grant', message: 'no' } }),
    renewLease: (index) => ({ clientId: lane(index).staying.clientId, counter: 1, leaseMs: 3_600_000 }),
    takeToken: (index) => ({ holder: `server-${index}`, turn: 1, holdMs: 3_600_000 }),
    readToken: () => ({}),
    clientByKey: (index) => ({ boxKey: lane(index).staying.boxKey }),
    clientById: (index) => ({ clientId: lane(index).staying.clientId, askerId: lane(index + 1).staying.clientId }),
    listOnline: (index) => ({ askerId: lane(index).staying.clientId, after: 0, limit: 20, imagesPerClient: 10 }),
    listImages: (index) => ({ ownerId: lane(index).staying.clientId, limit: 10 }),
    resource: (index) => ({ imageId: lane(index).images[0]! }),
    pending: (index) => ({ clientId: lane(index).waiting.viewerId, limit: 10 }),
    grant: (index) => ({ grantId: lane(index).waiting.grantId }),
    info: () => ({}),
  };
  const named = Object.fromEntries(
    Object.entries(fresh).map(([method, next]) => [method, [method, next] as unknown as Scenario]),
  );
  const [first] = world;
  return { ...named, 'releaseView, one grant': ['releaseView', () => newRelease(first!.spent)] as unknown as Scenario };
}

interface Lane {
  /** Signs in and rotates its keys. */
  readonly client: { clientId: number; signKey: Uint8Array; counter: number };
  /** Stays online, with images. */
  readonly staying: TestClient;
  readonly images: readonly string[];
  /** Shuts down and removes its one image. */
  readonly leaving: TestClient;
  readonly removed: string;
  /** Publishes images and leaves notices: one of many, so that nobody has more than a few hundred. */
  readonly publisher: () => TestClient;
  /** A grant that changes, one that is viewed, one that waits. */
  readonly grant: Mutable<GrantFields>;
  readonly spent: GrantFields;
  readonly waiting: GrantFields;
  acknowledged: number;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const PUBLISHERS = 8;

function prepare(directory: OpenDirectory, name: string): Promise<readonly Lane[]> {
  return Promise.all(Array.from({ length: LANES }, () => prepareLane(directory, name)));
}

async function prepareLane(directory: OpenDirectory, name: string): Promise<Lane> {
  const client = { ...(await newClient(directory)), counter: 0 };
  const staying = await newClient(directory);
  await goOnline(directory, staying, { leaseMs: 3_600_000 });
  const images: string[] = [];
  for (let image = 0; image < IMAGES_PER_CLIENT; image++) {
    images.push(await newImage(directory, staying, `${name}-${image}`));
  }
  const leaving = await newClient(directory);
  await goOnline(directory, leaving);
  const removed = await newImage(directory, leaving, name);
  const publishers = await Promise.all(Array.from({ length: PUBLISHERS }, () => newClient(directory)));
  let turn = 0;
  const grantOn = async (imageId: string): Promise<GrantFields> => {
    const grant = {
      ownerId: staying.clientId,
      viewerId: client.clientId,
      imageId,
      grantId: sha256(`${imageId} for ${client.clientId}`).subarray(0, 16),
      version: 1,
      allowed: 0xffff_ffff,
      grant: bytes(464),
    };
    await directory.publishGrant({ claim: newClaim(), ...grant });
    return grant;
  };
  return {
    client,
    staying,
    images,
    leaving,
    removed,
    publisher: () => publishers[turn++ % PUBLISHERS]!,
    grant: await grantOn(images[0]!),
    spent: await grantOn(images[1]!),
    waiting: await grantOn(images[2]!),
    acknowledged: 1,
  };
}
