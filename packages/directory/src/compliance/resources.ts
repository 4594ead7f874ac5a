import assert from 'node:assert/strict';
import type { Directory } from '../interface.ts';
import type { ComplianceCase } from './case.ts';
import { bytes, goOnline, newClaim, newClient, newGrant, newImage, newRelease, sha256 } from './world.ts';

/** Everybody that the asker sees, in as many pages as it takes. */
async function everybody(directory: Directory, askerId: number): Promise<number[]> {
  const ids: number[] = [];
  let after: number | undefined;
  do {
    const page = await directory.listOnline({
      askerId,
      limit: 200,
      imagesPerClient: 1,
      ...(after !== undefined && { after }),
    });
    ids.push(...page.items.map((client) => client.clientId));
    after = page.next;
  } while (after !== undefined);
  return ids;
}

export const resourceCases: readonly ComplianceCase[] = [
  {
    title: 'D2 D3 U3 an image is known under its id, with its owner and digest',
    run: async ({ directories: [directory] }) => {
      const owner = await newClient(directory);
      const imageId = await newImage(directory, owner);
      assert.deepEqual(await directory.resource({ imageId }), {
        imageId,
        ownerId: owner.clientId,
        digest: sha256(imageId),
      });
      assert.equal(await directory.resource({ imageId: `${imageId}-not` }), undefined);
    },
  },
  {
    title: 'D3 the same digest again succeeds, another one is a conflict, another owner is denied',
    run: async ({ directories: [directory] }) => {
      const [owner, other] = [await newClient(directory), await newClient(directory)];
      const imageId = await newImage(directory, owner);
      await newImage(directory, owner);
      const call = { claim: newClaim(), clientId: owner.clientId, images: [{ imageId, digest: sha256('other') }] };
      await assert.rejects(directory.addResources(call), { code: 'conflict', reason: 'image_digest' });
      const stolen = { ...call, claim: newClaim(), clientId: other.clientId };
      await assert.rejects(directory.addResources(stolen), { code: 'denied', reason: 'not_owner' });
      const images = [{ imageId: `client${2 ** 52}-x`, digest: sha256('x') }];
      const nobody = { claim: newClaim(), clientId: 2 ** 52, images };
      await assert.rejects(directory.addResources(nobody), { code: 'not_found', reason: 'client' });
    },
  },
  {
    title: 'D2 D3 several images are made known together, all of them or none, and a refusal is final for all',
    run: async ({ directories: [directory, second = directory] }) => {
      const owner = await newClient(directory);
      const { clientId } = owner;
      const listed = async () => (await second.listImages({ ownerId: clientId, limit: 20 })).items;
      const image = (name: string) => ({ imageId: `client${clientId}-${name}`, digest: sha256(name) });
      const names = Array.from({ length: 16 }, (_, n) => `image ${n + 10}`);
      const call = { claim: newClaim(), clientId, images: names.map(image) };
      assert.deepEqual(await directory.addResources(call), { value: {}, replayed: false });
      assert.deepEqual(await second.addResources(call), { value: {}, replayed: true });
      const all = call.images.map(({ imageId }) => imageId);
      assert.deepEqual(await listed(), all);

      await directory.removeResource({ claim: newClaim(), clientId, imageId: all[3]! });
      const other = { ...image('image 20'), digest: sha256('another') };
      const refusedFor = [image('new'), image('image 13'), other, image('newer')];
      const refused = { claim: newClaim(), clientId, images: refusedFor };
      for (const directory of [second, second])
        await assert.rejects(directory.addResources(refused), { code: 'conflict', reason: 'image_digest' });
      assert.deepEqual(await listed(), all.toSpliced(3, 1));

      // What comes again beside something new comes back as well.
      const again = [image('image 10'), image('image 13'), image('last')];
      await directory.addResources({ claim: newClaim(), clientId, images: again });
      assert.deepEqual(await listed(), [...all, `client${clientId}-last`]);
    },
  },
  {
    title: 'D2 N11 with the session key, images become known only while it is the key of their owner',
    run: async ({ directories: [directory] }) => {
      const [owner, other] = [await newClient(directory), await newClient(directory)];
      const { clientId, boxKey, signKey: currentSignKey } = owner;
      const call = (name: string, key: Uint8Array) => {
        const images = [{ imageId: `client${clientId}-${name}`, digest: sha256(name) }];
        return { claim: newClaim(), clientId, boxKey: key, images };
      };
      const refused = { name: 'DeniedError', reason: 'not_registered' };
      const first = call('a', boxKey);
      await directory.addResources(first);
      await assert.rejects(directory.addResources(call('b', other.boxKey)), refused);
      const keys = { signKey: bytes(32), boxKey: bytes(32) };
      await directory.rotateKeys({ claim: newClaim(), clientId, currentSignKey, ...keys });
      const late = call('c', boxKey);
      for (let i = 0; i < 2; i++) await assert.rejects(directory.addResources(late), refused);
      assert.equal((await directory.addResources(first)).replayed, true, 'what was done in time is answered');
      await directory.addResources(call('d', keys.boxKey));
      const ids = ['a', 'd'].map((name) => `client${clientId}-${name}`);
      assert.deepEqual((await directory.listImages({ ownerId: clientId, limit: 9 })).items, ids);
    },
  },
  {
    title: 'N4 no image, and more than 16 at once, are refused by name',
    run: async ({ directories: [directory] }) => {
      const { clientId } = await newClient(directory);
      const image = { imageId: `client${clientId}-a`, digest: sha256('a') };
      for (const count of [0, 17]) {
        const call = { claim: newClaim(), clientId, images: Array(count).fill(image) };
        await assert.rejects(directory.addResources(call), { name: 'InvalidError', reason: 'images' });
      }
    },
  },
  {
    title: 'D2 a removed image is not listed, its id stays taken, and it may come back',
    run: async ({ directories: [directory] }) => {
      const [owner, other] = [await newClient(directory), await newClient(directory)];
      const { clientId } = owner;
      const imageId = await newImage(directory, owner);
      const stolen = { claim: newClaim(), clientId: other.clientId, imageId };
      await assert.rejects(directory.removeResource(stolen), { code: 'denied', reason: 'not_owner' });
      await directory.removeResource({ claim: newClaim(), clientId, imageId });
      assert.equal(await directory.resource({ imageId }), undefined);
      assert.deepEqual((await directory.listImages({ ownerId: clientId, limit: 10 })).items, []);
      const changed = { claim: newClaim(), clientId, images: [{ imageId, digest: sha256('changed') }] };
      await assert.rejects(directory.addResources(changed), { reason: 'image_digest' });
      await newImage(directory, owner);
      assert.deepEqual((await directory.listImages({ ownerId: clientId, limit: 10 })).items, [imageId]);
    },
  },
  {
    title: 'N7 N8 names with blanks, dots and letters of any script are listed whole, in order, page by page',
    run: async ({ directories: [directory] }) => {
      const owner = await newClient(directory);
      const names = ['A b', 'a', 'a.b', 'a_b', 'z'.repeat(64), 'é', '犬', '\u{20000}'.repeat(64), '\uFA0E', 'Ω-1'];
      for (const name of names) await newImage(directory, owner, name);
      const ids = names.map((name) => `client${owner.clientId}-${name}`);
      const expected = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

      const { clientId: ownerId } = owner;
      const listed: string[] = [];
      for (let more = true; more; ) {
        const afterImageId = listed.at(-1);
        const page = await directory.listImages({ ownerId, limit: 3, ...(afterImageId && { afterImageId }) });
        listed.push(...page.items);
        more = page.more;
      }
      assert.deepEqual(listed, expected);
    },
  },
  {
    title: 'D2 N8 the online list pages by id, with and without images, the asker left out',
    run: async ({ directories: [directory] }) => {
      const asker = await newClient(directory);
      const clients = [];
      for (let count = 0; count < 5; count++) clients.push(await newClient(directory));
      for (const client of [asker, ...clients]) await goOnline(directory, client);
      const images = [];
      for (const name of ['a', 'b', 'c']) images.push(await newImage(directory, clients[1]!, name));

      const ids = clients.map(({ clientId }) => clientId);
      const first = Math.min(...ids) - 1;
      const page = await directory.listOnline({ askerId: asker.clientId, after: first, limit: 1, imagesPerClient: 2 });
      assert.equal(page.items.length, 1);
      assert.equal(page.next, page.items[0]!.clientId);

      const seen = await everybody(directory, asker.clientId);
      assert.deepEqual(
        seen,
        [...new Set(seen)].sort((a, b) => a - b),
      );
      for (const id of ids) assert.ok(seen.includes(id));
      assert.ok(!seen.includes(asker.clientId));

      const after = clients[1]!.clientId - 1;
      for (const [imagesPerClient, shown] of [
        [2, 2],
        [3, 3],
      ] as const) {
        const { items } = await directory.listOnline({ askerId: asker.clientId, after, limit: 1, imagesPerClient });
        assert.deepEqual(items[0], {
          ...clients[1]!,
          address: { host: '192.0.2.7', port: 40_000 },
          images: images.slice(0, shown),
          moreImages: shown < images.length,
        });
      }
    },
  },
  {
    title: 'D2 the online list respects visibility: everyone, contacts, nobody',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 1);
      const stranger = await newClient(directory);
      const owner = { clientId: grant.ownerId, signKey: new Uint8Array(), boxKey: new Uint8Array() };
      await goOnline(directory, owner, { visibility: 'contacts' });
      const sees = async (askerId: number) => (await everybody(directory, askerId)).includes(grant.ownerId);
      assert.equal(await sees(grant.viewerId), false);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      assert.equal(await sees(grant.viewerId), true);
      assert.equal(await sees(stranger.clientId), false);
      await goOnline(directory, owner, { counter: 2, visibility: 'nobody' });
      assert.equal(await sees(grant.viewerId), false);
      await goOnline(directory, owner, { counter: 3, visibility: 'everyone' });
      assert.equal(await sees(stranger.clientId), true);
    },
  },
  {
    title: 'D2 N11 asking for one client, or for its images, shows no more than the online list does',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 1);
      const { ownerId: clientId, viewerId, imageId } = grant;
      const stranger = await newClient(directory);
      const owner = { clientId, signKey: new Uint8Array(), boxKey: new Uint8Array() };
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const boxKey = (await directory.clientById({ clientId }))?.boxKey ?? new Uint8Array(32);
      const known = { name: { clientId }, key: { boxKey } };
      for (const [counter, visibility, seenBy] of [
        [1, 'contacts', [viewerId, clientId]],
        [2, 'nobody', [clientId]],
        [3, 'everyone', [viewerId, stranger.clientId, clientId]],
      ] as const) {
        await goOnline(directory, owner, { counter, visibility });
        for (const askerId of [viewerId, stranger.clientId, clientId]) {
          const sees = (seenBy as readonly number[]).includes(askerId);
          for (const record of [
            await directory.clientById({ ...known.name, askerId }),
            await directory.clientByKey({ ...known.key, askerId }),
          ]) {
            assert.deepEqual(
              [record?.online, record?.address !== undefined],
              [sees, sees],
              `${visibility}, ${askerId}`,
            );
            assert.deepEqual([record?.clientId, record?.boxKey], [clientId, boxKey]);
          }
          const { items, more } = await directory.listImages({ askerId, ownerId: clientId, limit: 5 });
          assert.deepEqual([items, more], [sees ? [imageId] : [], false]);
        }
        // The servers themselves see everything.
        assert.equal((await directory.clientById({ clientId }))?.online, true);
        assert.deepEqual((await directory.listImages({ ownerId: clientId, limit: 5 })).items, [imageId]);
      }
    },
  },
  {
    title: 'D2 N10 unasked rights make nobody a contact; using them does',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 1);
      const { ownerId, viewerId } = grant;
      const viewer = { clientId: viewerId, signKey: new Uint8Array(), boxKey: new Uint8Array() };
      await goOnline(directory, viewer, { visibility: 'contacts' });
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const { grantId, version } = grant;
      await directory.acknowledge({
        claim: newClaim(),
        clientId: viewerId,
        grants: [{ grantId, version }],
        notices: [],
      });
      assert.equal((await everybody(directory, ownerId)).includes(viewerId), false);
      await directory.releaseView(newRelease(grant));
      assert.equal((await everybody(directory, ownerId)).includes(viewerId), true);
    },
  },
];
