import assert from 'node:assert/strict';
import { ConflictError, DeniedError } from '../errors.ts';
import type { ComplianceCase } from './case.ts';
import { bytes, newClaim, newClient, newImage, sha256 } from './world.ts';

export const claimCases: readonly ComplianceCase[] = [
  {
    title: 'D5 E5 a repeated mutation reads the first outcome, through any handle',
    run: async ({ directories }) => {
      const call = { claim: newClaim(), signKey: bytes(32), boxKey: bytes(32) };
      const first = await directories[0].register(call);
      assert.equal(first.replayed, false);
      for (const directory of directories) {
        assert.deepEqual(await directory.register(call), { value: first.value, replayed: true });
      }
    },
  },
  {
    title: 'E5 the same claim made everywhere at once has one effect',
    run: async ({ directories }) => {
      const call = { claim: newClaim(), signKey: bytes(32), boxKey: bytes(32) };
      const calls = Array.from({ length: 24 }, (_, index) => directories[index % directories.length]!.register(call));
      const outcomes = await Promise.all(calls);
      assert.equal(outcomes.filter(({ replayed }) => !replayed).length, 1);
      assert.equal(new Set(outcomes.map(({ value }) => value.clientId)).size, 1);
    },
  },
  {
    title: 'E5 a refusal is final: the repeat is refused the same way even when it could succeed by then',
    run: async ({ directories: [directory] }) => {
      const owner = await newClient(directory);
      const imageId = `client${owner.clientId}-later`;
      const removal = { claim: newClaim(), clientId: owner.clientId, imageId };
      const refused = { name: 'NotFoundError', code: 'not_found', reason: 'image' };
      await assert.rejects(directory.removeResource(removal), refused);
      await newImage(directory, owner, 'later');
      await assert.rejects(directory.removeResource(removal), refused);
      assert.notEqual(await directory.resource({ imageId }), undefined);
    },
  },
  {
    title: 'E5 another body, or another call, under the same request id is a conflict',
    run: async ({ directories: [directory] }) => {
      const { clientId } = await newClient(directory);
      const claim = newClaim();
      const imageId = `client${clientId}-a`;
      const call = { claim, clientId, imageId, images: [{ imageId, digest: sha256('a') }] };
      await directory.addResources(call);
      const other = { ...call, claim: { ...claim, bodyDigest: bytes(32) }, images: [{ imageId, digest: sha256('b') }] };
      await assert.rejects(directory.addResources(other), { name: 'ConflictError', reason: 'claim_reused' });
      await assert.rejects(directory.removeResource(call), ConflictError);
      const kept = await directory.resource({ imageId });
      assert.deepEqual(kept?.digest, sha256('a'));
    },
  },
  {
    title: 'E5 the same request id of another client is another claim',
    run: async ({ directories: [directory] }) => {
      const requestId = bytes(16);
      const register = () =>
        directory.register({ claim: newClaim({ requestId }), signKey: bytes(32), boxKey: bytes(32) });
      const [one, two] = [await register(), await register()];
      assert.notEqual(one.value.clientId, two.value.clientId);
    },
  },
  {
    title: 'E5 D5 what was refused for a reason of the caller is refused so for good, through any handle',
    run: async ({ directories: [directory, other = directory] }) => {
      const { clientId } = await newClient(directory);
      const imageId = `client${clientId}-a`;
      const call = { claim: newClaim(), clientId, images: [{ imageId, digest: sha256('a') }] };
      const refusal = { code: 'bad_grant', message: 'signed by another key' };
      const refused = { name: 'RefusedError', code: 'refused', reason: 'bad_grant', message: refusal.message };
      await assert.rejects(directory.refuse({ claim: call.claim, method: 'addResources', refusal }), refused);
      await assert.rejects(other.addResources(call), refused);
      assert.equal(await other.resource({ imageId }), undefined);
      const later = { code: 'not_registered', message: 'another reason' };
      await assert.rejects(other.refuse({ claim: call.claim, method: 'addResources', refusal: later }), refused);
    },
  },
  {
    title: 'E5 D5 what was made before is not refused any more: it is read, by the very request that made it',
    run: async ({ directories: [directory, other = directory] }) => {
      const owner = await newClient(directory);
      const imageId = `client${owner.clientId}-a`;
      const call = { claim: newClaim(), clientId: owner.clientId, images: [{ imageId, digest: sha256('a') }] };
      const { value } = await directory.addResources(call);
      const refusal = { code: 'not_registered', message: 'the key was replaced' };
      const question = { claim: call.claim, method: 'addResources', refusal } as const;
      assert.deepEqual(await other.refuse(question), { value });
      assert.notEqual(await other.resource({ imageId }), undefined);
      const reused = { name: 'ConflictError', reason: 'claim_reused' };
      await assert.rejects(other.refuse({ ...question, method: 'removeResource' }), reused);
      await assert.rejects(other.refuse({ ...question, claim: { ...call.claim, bodyDigest: bytes(32) } }), reused);
      const elsewhere = { ...call.claim, clientKey: bytes(32) };
      await assert.rejects(other.refuse({ ...question, claim: elsewhere }), { reason: 'not_registered' });
    },
  },
  {
    title: 'E5 a refusal that the directory gave is read again, whatever reason is found later',
    run: async ({ directories: [directory] }) => {
      const { clientId } = await newClient(directory);
      const claim = newClaim();
      const refused = { name: 'NotFoundError', reason: 'image' };
      await assert.rejects(directory.removeResource({ claim, clientId, imageId: `client${clientId}-none` }), refused);
      const refusal = { code: 'not_owner', message: 'no' };
      await assert.rejects(directory.refuse({ claim, method: 'removeResource', refusal }), refused);
    },
  },
  {
    title: 'E5 N1 a mutation and its refusal at once, everywhere: one of them is what all are told',
    run: async ({ directories }) => {
      const owner = await newClient(directories[0]);
      for (let round = 0; round < 8; round++) {
        const imageId = `client${owner.clientId}-${round}`;
        const call = { claim: newClaim(), clientId: owner.clientId, images: [{ imageId, digest: sha256('a') }] };
        const refusal = { code: 'bad_grant', message: 'no' };
        const answers = await Promise.all(
          Array.from({ length: 8 }, (_, index) => {
            const directory = directories[index % directories.length]!;
            const asked: Promise<object> =
              index % 3 === round % 3
                ? directory.refuse({ claim: call.claim, method: 'addResources', refusal })
                : directory.addResources(call);
            return asked.then(
              () => 'made',
              (error: Error) => error.name,
            );
          }),
        );
        const made = (await directories[0].resource({ imageId })) !== undefined;
        assert.deepEqual(new Set(answers), new Set([made ? 'made' : 'RefusedError']));
      }
    },
  },
  {
    title: 'N1 a claim past its time, or too far ahead, is refused and has no effect',
    run: async ({ directories: [directory] }) => {
      const { now } = await directory.info({});
      for (const [notAfter, reason] of [
        [now - 1, 'claim_expired'],
        [now + 660_000, 'claim_too_far_ahead'],
      ] as const) {
        const keys = { signKey: bytes(32), boxKey: bytes(32) };
        await assert.rejects(directory.register({ claim: newClaim({ notAfter }), ...keys }), {
          name: 'DeniedError',
          code: 'denied',
          reason,
        });
        assert.equal(await directory.clientByKey({ boxKey: keys.boxKey }), undefined);
      }
    },
  },
  {
    title: 'N1 a request that was done in time is answered even when its repeat comes too late',
    run: async ({ directories: [directory] }) => {
      const notAfter = (await directory.info({})).now + 4_000;
      const call = { claim: newClaim({ notAfter }), signKey: bytes(32), boxKey: bytes(32) };
      const { value } = await directory.register(call);
      while ((await directory.info({})).now <= notAfter) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.deepEqual(await directory.register(call), { value, replayed: true });
      const fresh = { ...call, claim: newClaim({ notAfter }) };
      await assert.rejects(directory.register(fresh), DeniedError);
    },
  },
];
