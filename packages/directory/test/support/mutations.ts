/** One scenario for every mutation and every path through it: `prepare` makes what it needs and returns the call. */

import {
  bytes,
  goOnline,
  newClaim,
  newClient,
  newGrant,
  newImage,
  newRelease,
  revised,
  sha256,
} from '../../src/compliance/world.ts';
import type { OpenDirectory } from '../../src/index.ts';

type Mutation = () => Promise<unknown>;

export const mutations: Readonly<Record<string, (directory: OpenDirectory) => Promise<Mutation>>> = {
  register: async (d) => {
    const call = { claim: newClaim(), signKey: bytes(32), boxKey: bytes(32) };
    return () => d.register(call);
  },
  'register, again': async (d) => {
    const call = { ...(await newClient(d)), claim: newClaim() };
    return () => d.register(call);
  },
  rotateKeys: async (d) => {
    const { clientId, signKey: currentSignKey } = await newClient(d);
    const call = { claim: newClaim(), clientId, currentSignKey, signKey: bytes(32), boxKey: bytes(32) };
    return () => d.rotateKeys(call);
  },
  signIn: async (d) => {
    const { clientId } = await newClient(d);
    const address = { host: '127.0.0.1', port: 9 };
    const call = { claim: newClaim(), clientId, counter: 1, address, visibility: 'everyone', leaseMs: 60_000 } as const;
    return () => d.signIn(call);
  },
  shutdown: async (d) => {
    const client = await newClient(d);
    await goOnline(d, client);
    const call = { claim: newClaim(), clientId: client.clientId, counter: 1 };
    return () => d.shutdown(call);
  },
  addResources: async (d) => {
    const { clientId } = await newClient(d);
    const call = {
      claim: newClaim(),
      clientId,
      images: ['a', 'b'].map((name) => ({ imageId: `client${clientId}-${name}`, digest: bytes(32) })),
    };
    return () => d.addResources(call);
  },
  'addResources, removed before': async (d) => {
    const client = await newClient(d);
    const { clientId } = client;
    const imageId = await newImage(d, client);
    await d.removeResource({ claim: newClaim(), clientId, imageId });
    const call = { claim: newClaim(), clientId, images: [{ imageId, digest: sha256(imageId) }] };
    return () => d.addResources(call);
  },
  removeResource: async (d) => {
    const client = await newClient(d);
    const call = { claim: newClaim(), clientId: client.clientId, imageId: await newImage(d, client) };
    return () => d.removeResource(call);
  },
  'removeResource, refused': async (d) => {
    const { clientId } = await newClient(d);
    const call = { claim: newClaim(), clientId, imageId: `client${clientId}-none` };
    return () => d.removeResource(call);
  },
  'publishGrant, first': async (d) => {
    const call = { claim: newClaim(), ...(await newGrant(d, 3)) };
    return () => d.publishGrant(call);
  },
  'publishGrant, next version': async (d) => {
    const grant = await newGrant(d, 3);
    await d.publishGrant({ claim: newClaim(), ...grant });
    const call = { claim: newClaim(), ...revised(grant, 9) };
    return () => d.publishGrant(call);
  },
  leaveNotice: async (d) => {
    const [from, to] = [await newClient(d), await newClient(d)];
    const imageId = await newImage(d, from);
    const ids = { fromId: from.clientId, toId: to.clientId, noticeId: bytes(16) };
    const call = { claim: newClaim(), ...ids, kind: 'image_rejected', imageId } as const;
    return () => d.leaveNotice(call);
  },
  acknowledge: async (d) => {
    const grant = await newGrant(d, 3);
    await d.publishGrant({ claim: newClaim(), ...grant });
    const { ownerId: fromId, viewerId: clientId, imageId, grantId, version } = grant;
    const noticeId = bytes(16);
    await d.leaveNotice({ claim: newClaim(), fromId, toId: clientId, noticeId, kind: 'image_rejected', imageId });
    const call = { claim: newClaim(), clientId, grants: [{ grantId, version }], notices: [noticeId] };
    return () => d.acknowledge(call);
  },
  releaseView: async (d) => {
    const grant = await newGrant(d, 3);
    await d.publishGrant({ claim: newClaim(), ...grant });
    const call = newRelease(grant);
    return () => d.releaseView(call);
  },
  refuse: async (d) => {
    const refusal = { code: 'bad_grant', message: 'the grant is signed by another key' };
    const call = { claim: newClaim(), method: 'releaseView', refusal } as const;
    return () => d.refuse(call);
  },
  'releaseView, unpublished': async (d) => {
    const call = newRelease(await newGrant(d, 3));
    return () => d.releaseView(call);
  },
  'releaseView, denied with a newer grant': async (d) => {
    const grant = await newGrant(d, 3);
    await d.publishGrant({ claim: newClaim(), ...grant });
    const call = newRelease(revised(grant, 1), { used: 2 });
    return () => d.releaseView(call);
  },
};
