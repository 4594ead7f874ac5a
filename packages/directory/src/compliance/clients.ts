import assert from 'node:assert/strict';
import type { ComplianceCase } from './case.ts';
import { bytes, goOnline, newClaim, newClient } from './world.ts';

const address = { host: '2001:db8::17', port: 8081 };

export const clientCases: readonly ComplianceCase[] = [
  {
    title: 'D2 U2 registering gives an id, and the same keys the same id',
    run: async ({ directories: [directory] }) => {
      const keys = { signKey: bytes(32), boxKey: bytes(32), recoveryKey: bytes(32) };
      const { value } = await directory.register({ claim: newClaim(), ...keys });
      assert.ok(Number.isSafeInteger(value.clientId) && value.clientId >= 1);
      const again = await directory.register({ claim: newClaim(), ...keys });
      assert.equal(again.value.clientId, value.clientId);
      const expected = { clientId: value.clientId, ...keys, address: undefined, online: false, visibility: 'everyone' };
      assert.deepEqual(await directory.clientById(value), expected);
      assert.deepEqual(await directory.clientByKey(keys), expected);
    },
  },
  {
    title: 'D2 N11 a key of another client is refused',
    run: async ({ directories: [directory] }) => {
      const { signKey, boxKey } = await newClient(directory);
      const taken = { name: 'ConflictError', reason: 'key_taken' };
      await assert.rejects(directory.register({ claim: newClaim(), signKey, boxKey: bytes(32) }), taken);
      await assert.rejects(directory.register({ claim: newClaim(), signKey: bytes(32), boxKey }), taken);
    },
  },
  {
    title: 'N11 keys are replaced by rotation, both or none',
    run: async ({ directories: [directory] }) => {
      const [one, two] = [await newClient(directory), await newClient(directory)];
      const keys = { signKey: bytes(32), boxKey: bytes(32) };
      await directory.rotateKeys({ claim: newClaim(), clientId: one.clientId, currentSignKey: one.signKey, ...keys });
      assert.equal(await directory.clientByKey(one), undefined);
      assert.equal((await directory.clientByKey(keys))?.clientId, one.clientId);

      const current = { clientId: one.clientId, currentSignKey: keys.signKey };
      const stolen = { claim: newClaim(), ...current, signKey: bytes(32), boxKey: two.boxKey };
      await assert.rejects(directory.rotateKeys(stolen), { reason: 'key_taken' });
      assert.deepEqual((await directory.clientById(one))?.signKey, keys.signKey);
      const nobody = { ...current, claim: newClaim(), clientId: 2 ** 52, signKey: bytes(32), boxKey: bytes(32) };
      await assert.rejects(directory.rotateKeys(nobody), { name: 'NotFoundError', reason: 'client' });
    },
  },
  {
    title: 'N11 of two rotations of the same keys one applies, and it may come again',
    run: async ({ directories }) => {
      const one = await newClient(directories[0]);
      const calls = Array.from({ length: 4 }, () => {
        return { clientId: one.clientId, currentSignKey: one.signKey, signKey: bytes(32), boxKey: bytes(32) };
      });
      const results = await Promise.allSettled(
        calls.map((call, i) => (directories[i % 2] ?? directories[0]).rotateKeys({ claim: newClaim(), ...call })),
      );
      const winners = calls.filter((_, i) => results[i]?.status === 'fulfilled');
      assert.equal(winners.length, 1);
      for (const result of results) {
        if (result.status === 'rejected') assert.equal((result.reason as { reason?: unknown }).reason, 'keys_changed');
      }
      const [winner] = winners;
      assert.ok(winner);
      assert.deepEqual((await directories[0].clientById(one))?.signKey, winner.signKey);
      const { value } = await directories[0].rotateKeys({ claim: newClaim(), ...winner });
      assert.equal(value.clientId, one.clientId);
    },
  },
  {
    title: 'D2 sign-in puts a client online at its address, shutdown offline',
    run: async ({ directories: [directory] }) => {
      const client = await newClient(directory);
      const before = (await directory.info({})).now;
      const { value } = await directory.signIn({
        claim: newClaim(),
        clientId: client.clientId,
        counter: 5,
        address,
        visibility: 'contacts',
        leaseMs: 60_000,
      });
      assert.ok(value.leaseUntil >= before + 60_000 && value.leaseUntil <= (await directory.info({})).now + 60_000);
      const online = await directory.clientById(client);
      assert.deepEqual([online?.online, online?.address, online?.visibility], [true, address, 'contacts']);

      const left = await directory.shutdown({ claim: newClaim(), clientId: client.clientId, counter: 5 });
      assert.deepEqual(left.value, { offline: true });
      const offline = await directory.clientById(client);
      assert.deepEqual([offline?.online, offline?.address], [false, undefined]);
    },
  },
  {
    title: 'D2 a delayed sign-in, shutdown or renewal never touches a later session',
    run: async ({ directories: [directory] }) => {
      const client = await newClient(directory);
      const { clientId } = client;
      await goOnline(directory, client, { counter: 8, address });
      for (const counter of [7, 8]) {
        await assert.rejects(goOnline(directory, client, { counter }), { code: 'conflict', reason: 'stale_counter' });
      }
      const late = await directory.shutdown({ claim: newClaim(), clientId, counter: 7 });
      assert.deepEqual(late.value, { offline: false });
      assert.equal((await directory.renewLease({ clientId, counter: 7, leaseMs: 1 })).renewed, false);
      assert.deepEqual((await directory.clientById(client))?.address, address);
    },
  },
  {
    title: 'D6 N11 a client that does not renew goes offline; one that renews stays',
    run: async ({ directories: [directory] }) => {
      const [vanishing, staying] = [await newClient(directory), await newClient(directory)];
      await goOnline(directory, vanishing, { leaseMs: 200 });
      await goOnline(directory, staying, { leaseMs: 200 });
      const renewed = await directory.renewLease({ clientId: staying.clientId, counter: 1, leaseMs: 600_000 });
      assert.equal(renewed.renewed, true);
      assert.ok(renewed.leaseUntil > (await directory.info({})).now + 500_000);
      while ((await directory.clientById(vanishing))?.online) await new Promise((resolve) => setTimeout(resolve, 20));
      assert.equal((await directory.clientById(staying))?.online, true);
      // Its session is still the current one: it was only slow.
      const { clientId } = vanishing;
      assert.equal((await directory.renewLease({ clientId, counter: 1, leaseMs: 60_000 })).renewed, true);
      await directory.shutdown({ claim: newClaim(), clientId, counter: 1 });
      assert.equal((await directory.renewLease({ clientId, counter: 1, leaseMs: 60_000 })).renewed, false);
    },
  },
  {
    title: 'D2 clients that do not exist are not found',
    run: async ({ directories: [directory] }) => {
      const clientId = 2 ** 52;
      const notFound = { code: 'not_found', reason: 'client' };
      await assert.rejects(goOnline(directory, { clientId, signKey: bytes(32), boxKey: bytes(32) }), notFound);
      await assert.rejects(directory.shutdown({ claim: newClaim(), clientId, counter: 1 }), notFound);
      assert.equal((await directory.renewLease({ clientId, counter: 1, leaseMs: 1 })).renewed, false);
      assert.equal(await directory.clientById({ clientId }), undefined);
      assert.equal(await directory.clientByKey({ boxKey: bytes(32) }), undefined);
    },
  },
];
