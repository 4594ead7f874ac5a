import assert from 'node:assert/strict';
import { MAX_MAILBOX_PER_SENDER } from '../limits.ts';
import type { ComplianceCase } from './case.ts';
import { bytes, newClaim, newClient, newGrant, newImage, revised } from './world.ts';

export const grantCases: readonly ComplianceCase[] = [
  {
    title: 'D4 N9 a grant waits for its viewer until it is acknowledged, then is gone',
    run: async ({ directories }) => {
      const [directory] = directories;
      const grant = await newGrant(directory, 5);
      const { value } = await directory.publishGrant({ claim: newClaim(), ...grant });
      assert.deepEqual(value, { version: 1 });
      const { viewerId, grantId } = grant;
      for (const each of directories) {
        const waiting = await each.pending({ clientId: viewerId, limit: 10 });
        assert.deepEqual(waiting, { grants: [{ ...grant, used: 0, ackedVersion: 0 }], notices: [], more: false });
      }
      const acknowledgement = { clientId: viewerId, grants: [{ grantId, version: 1 }], notices: [] };
      await directory.acknowledge({ claim: newClaim(), ...acknowledgement });
      assert.deepEqual((await directory.pending({ clientId: viewerId, limit: 10 })).grants, []);
      assert.equal((await directory.grant({ grantId }))?.ackedVersion, 1);
    },
  },
  {
    title: 'D4 N9 changes follow each other: the highest version waits, whatever order they come in',
    run: async ({ directories: [directory] }) => {
      const first = await newGrant(directory, 5);
      const second = revised(first, 13);
      const third = revised(second, 9);
      for (const [grant, kept] of [
        [second, 2],
        [first, 2],
        [third, 3],
        [second, 3],
        [third, 3],
      ] as const) {
        const { value } = await directory.publishGrant({ claim: newClaim(), ...grant });
        assert.equal(value.version, kept);
      }
      const { grants } = await directory.pending({ clientId: first.viewerId, limit: 10 });
      assert.deepEqual(grants, [{ ...third, used: 0, ackedVersion: 0 }]);
      // Acknowledging an older version leaves the newer one waiting; acknowledging ahead counts as what is known.
      const { grantId, viewerId: clientId } = first;
      for (const [version, waiting] of [
        [2, 1],
        [9, 0],
      ] as const) {
        await directory.acknowledge({ claim: newClaim(), clientId, grants: [{ grantId, version }], notices: [] });
        assert.equal((await directory.pending({ clientId, limit: 10 })).grants.length, waiting);
      }
      assert.equal((await directory.grant({ grantId }))?.ackedVersion, 3);
      await directory.publishGrant({ claim: newClaim(), ...revised(third, 20) });
      assert.equal((await directory.pending({ clientId, limit: 10 })).grants[0]?.allowed, 20);
    },
  },
  {
    title: 'D4 only the viewer acknowledges its grants',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const { grantId, version, ownerId, viewerId } = grant;
      const grants = [
        { grantId, version },
        { grantId: bytes(16), version: 1 },
      ];
      await directory.acknowledge({ claim: newClaim(), clientId: ownerId, grants, notices: [bytes(16)] });
      assert.equal((await directory.pending({ clientId: viewerId, limit: 10 })).grants.length, 1);
    },
  },
  {
    title: 'D1 N9 one grant per pair: other bytes, another id, another owner or unknown parties are refused',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const [other, elsewhere] = [await newClient(directory), await newGrant(directory, 5)];
      for (const [change, refusal] of [
        [{ grant: bytes(464) }, { code: 'conflict', reason: 'grant_bytes' }],
        [
          { grantId: bytes(16), version: 2 },
          { code: 'conflict', reason: 'grant_id' },
        ],
        [
          { ...elsewhere, grantId: grant.grantId },
          { code: 'conflict', reason: 'grant_id' },
        ],
        [{ ownerId: other.clientId }, { code: 'denied', reason: 'not_owner' }],
        [{ viewerId: 2 ** 52 }, { code: 'not_found', reason: 'viewer' }],
        [{ imageId: `${grant.imageId}-not` }, { code: 'not_found', reason: 'image' }],
      ] as const) {
        await assert.rejects(directory.publishGrant({ claim: newClaim(), ...grant, ...change }), refusal);
      }
      assert.deepEqual(await directory.grant(grant), { ...grant, used: 0, ackedVersion: 0 });
      assert.equal(await directory.grant({ grantId: bytes(16) }), undefined);
    },
  },
  {
    title: 'D4 rights can be withdrawn after the image was removed from the list',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      const { ownerId: clientId, imageId } = grant;
      await directory.removeResource({ claim: newClaim(), clientId, imageId });
      const { value } = await directory.publishGrant({ claim: newClaim(), ...revised(grant, 0) });
      assert.equal(value.version, 2);
    },
  },
  {
    title: 'D5 versions published at once through all handles leave the highest',
    run: async ({ directories }) => {
      const grants = [await newGrant(directories[0], 1)];
      while (grants.length < 30) grants.push(revised(grants.at(-1)!, grants.length));
      await Promise.all(
        grants
          .toReversed()
          .map((grant, index) =>
            directories[index % directories.length]!.publishGrant({ claim: newClaim(), ...grant }),
          ),
      );
      const kept = await directories[0].grant(grants[0]!);
      assert.deepEqual([kept?.version, kept?.allowed], [30, 29]);
    },
  },
  {
    title: 'D4 N9 refusals wait too, once each, until acknowledged',
    run: async ({ directories: [directory] }) => {
      const [from, to] = [await newClient(directory), await newClient(directory)];
      const imageId = await newImage(directory, from);
      const notice = { noticeId: bytes(16), fromId: from.clientId, kind: 'increase_rejected', imageId } as const;
      const leave = () => directory.leaveNotice({ claim: newClaim(), toId: to.clientId, ...notice });
      await leave();
      await leave();
      const waiting = () => directory.pending({ clientId: to.clientId, limit: 10 });
      assert.deepEqual(await waiting(), { grants: [], notices: [notice], more: false });
      const acknowledged = { clientId: to.clientId, grants: [], notices: [notice.noticeId] };
      await directory.acknowledge({ claim: newClaim(), ...acknowledged });
      await leave();
      assert.deepEqual((await waiting()).notices, []);
      const nobody = directory.leaveNotice({ claim: newClaim(), toId: 2 ** 52, ...notice });
      await assert.rejects(nobody, { code: 'not_found', reason: 'client' });
    },
  },
  {
    title: 'D4 N9 nobody can fill the mailbox of another client alone',
    run: async ({ directories: [directory] }) => {
      const [one, other, to] = [await newClient(directory), await newClient(directory), await newClient(directory)];
      const leave = ({ clientId }: { readonly clientId: number }) => {
        const notice = { noticeId: bytes(16), kind: 'image_rejected', imageId: `client${clientId}-puppy` } as const;
        return directory.leaveNotice({ claim: newClaim(), fromId: clientId, toId: to.clientId, ...notice });
      };
      for (let i = 0; i < MAX_MAILBOX_PER_SENDER; i++) await leave(one);
      await assert.rejects(leave(one), { code: 'denied', reason: 'mailbox_full' });
      await leave(other);
    },
  },
  {
    title: 'D4 what waits comes in pages, grants before notices, the oldest change first',
    run: async ({ directories: [directory] }) => {
      const first = await newGrant(directory, 1);
      const { viewerId, ownerId } = first;
      const owner = { clientId: ownerId, signKey: bytes(0), boxKey: bytes(0) };
      const second = { ...first, imageId: await newImage(directory, owner, 'b'), grantId: bytes(16) };
      for (const grant of [second, first]) {
        const { now } = await directory.info({});
        while ((await directory.info({})).now === now); // changes of one millisecond have no order
        await directory.publishGrant({ claim: newClaim(), ...grant });
      }
      const notice = { noticeId: bytes(16), kind: 'image_rejected', imageId: first.imageId } as const;
      await directory.leaveNotice({ claim: newClaim(), fromId: ownerId, toId: viewerId, ...notice });
      const read = async (limit: number) => {
        const { grants, notices, more } = await directory.pending({ clientId: viewerId, limit });
        return { images: grants.map((grant) => grant.imageId), notices: notices.length, more };
      };
      assert.deepEqual(await read(1), { images: [second.imageId], notices: 0, more: true });
      assert.deepEqual(await read(2), { images: [second.imageId, first.imageId], notices: 0, more: true });
      assert.deepEqual(await read(3), { images: [second.imageId, first.imageId], notices: 1, more: false });
    },
  },
];
