import assert from 'node:assert/strict';
import { DeniedError } from '../errors.ts';
import type { ReleasedView } from '../interface.ts';
import type { ComplianceCase } from './case.ts';
import { bytes, newClaim, newClient, newGrant, newRelease, revised } from './world.ts';

const noViewsLeft = { name: 'DeniedError', code: 'denied', reason: 'no_views_left' };

export const releaseCases: readonly ComplianceCase[] = [
  {
    title: 'M4 N10 200 nonces through every handle at once: exactly N releases, duplicates alike, the rest denied',
    run: async ({ directories }) => {
      const allowed = 30;
      const grant = await newGrant(directories[0], allowed);
      await directories[0].publishGrant({ claim: newClaim(), ...grant });
      const nonces = Array.from({ length: 200 }, () => bytes(32));
      const released = await Promise.all(
        nonces.map((nonce) =>
          Promise.all(
            directories.map((directory) =>
              directory.releaseView(newRelease(grant, { nonce })).then(
                ({ value }) => value,
                (error: unknown) => {
                  assert.ok(error instanceof DeniedError && error.reason === 'no_views_left', String(error));
                  return undefined;
                },
              ),
            ),
          ),
        ),
      );
      for (const answers of released) for (const answer of answers) assert.deepEqual(answer, answers[0]);
      const views = released.map(([answer]) => answer).filter((answer): answer is ReleasedView => answer !== undefined);
      const sequences = views.map(({ sequence }) => sequence).sort((a, b) => a - b);
      assert.deepEqual(
        sequences,
        Array.from({ length: allowed }, (_, index) => index + 1),
      );
      assert.equal((await directories[0].grant(grant))?.used, allowed);
    },
  },
  {
    title: 'M4 U5 views are counted down, and a repeated nonce reads its first answer even when none are left',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 2);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const first = newRelease(grant);
      const answer = { sequence: 1, version: 1, allowed: 2, used: 1 };
      assert.deepEqual((await directory.releaseView(first)).value, answer);
      assert.deepEqual((await directory.releaseView(newRelease(grant))).value, { ...answer, sequence: 2, used: 2 });
      await assert.rejects(directory.releaseView(newRelease(grant)), noViewsLeft);
      assert.deepEqual((await directory.releaseView({ ...first, claim: newClaim() })).value, answer);
      assert.equal((await directory.grant(grant))?.used, 2);
    },
  },
  {
    title:
      'M4 M6 N10 a repeated nonce is not answered again once its view was withdrawn, under whichever claim it comes',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const [first, second] = [newRelease(grant), newRelease(grant)];
      const answer = (await directory.releaseView(first)).value;
      await directory.releaseView(second);
      const repeats = (release: typeof first) => [release, { ...release, claim: newClaim() }];

      // One view is left of it: that of the first nonce.
      const lowered = revised(grant, 1);
      await directory.publishGrant({ claim: newClaim(), ...lowered });
      for (const repeat of repeats(first)) assert.deepEqual((await directory.releaseView(repeat)).value, answer);
      for (const repeat of repeats(second)) await assert.rejects(directory.releaseView(repeat), noViewsLeft);

      const withdrawn = revised(lowered, 0);
      await directory.publishGrant({ claim: newClaim(), ...withdrawn });
      for (const repeat of [...repeats(first), ...repeats(second)]) {
        await assert.rejects(directory.releaseView(repeat), { name: 'DeniedError', reason: 'revoked' });
      }
      assert.equal((await directory.grant(grant))?.used, 2);

      await directory.publishGrant({ claim: newClaim(), ...revised(withdrawn, 3) });
      for (const repeat of repeats(first)) assert.deepEqual((await directory.releaseView(repeat)).value, answer);
    },
  },
  {
    title: 'M4 M6 a repeated nonce that comes with the withdrawal itself is denied, and the withdrawal kept',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      const release = newRelease(grant);
      await directory.releaseView(release);
      const withdrawn = revised(grant, 0);
      const repeat = newRelease(withdrawn, { nonce: release.nonce });
      await assert.rejects(directory.releaseView(repeat), { name: 'DeniedError', reason: 'revoked' });
      assert.deepEqual(await directory.grant(grant), { ...withdrawn, used: 1, ackedVersion: 2 });
    },
  },
  {
    title: 'M4 a view works on a grant that is not published yet, and publishing it later changes nothing',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 3);
      const { value } = await directory.releaseView(newRelease(grant, { used: 1 }));
      assert.deepEqual(value, { sequence: 1, version: 1, allowed: 3, used: 2 });
      await directory.publishGrant({ claim: newClaim(), ...grant });
      assert.deepEqual(await directory.grant(grant), { ...grant, used: 2, ackedVersion: 1 });
      // The viewer has shown it, so nobody needs to tell the viewer.
      assert.deepEqual((await directory.pending({ clientId: grant.viewerId, limit: 10 })).grants, []);
    },
  },
  {
    title:
      'M4 M6 a newer grant in the request is taken over; the used count only rises; an older grant brings nothing back',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 2);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const raised = revised(grant, 10);
      const { value } = await directory.releaseView(newRelease(raised, { used: 6 }));
      assert.deepEqual(value, { sequence: 1, version: 2, allowed: 10, used: 7 });
      const old = await directory.releaseView(newRelease(grant, { used: 0 }));
      assert.deepEqual(old.value, { sequence: 2, version: 2, allowed: 10, used: 8 });

      const lowered = revised(raised, 4);
      await assert.rejects(directory.releaseView(newRelease(lowered)), noViewsLeft);
      await assert.rejects(directory.releaseView(newRelease(raised)), noViewsLeft); // the refusal took it over too
      assert.deepEqual(await directory.grant(grant), { ...lowered, used: 8, ackedVersion: 3 });
      await assert.rejects(directory.releaseView(newRelease(revised(lowered, 0))), { reason: 'revoked' });
    },
  },
  {
    title: 'M4 the used count of a refused request is kept',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      await assert.rejects(directory.releaseView(newRelease(grant, { used: 5 })), noViewsLeft);
      await assert.rejects(directory.releaseView(newRelease(grant)), noViewsLeft);
      assert.equal((await directory.grant(grant))?.used, 5);
    },
  },
  {
    title: 'M4 several views are debited at once, all or none',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      const { value } = await directory.releaseView(newRelease(grant, { views: 3 }));
      assert.deepEqual(value, { sequence: 1, version: 1, allowed: 5, used: 3 });
      await assert.rejects(directory.releaseView(newRelease(grant, { views: 3 })), noViewsLeft);
      const { value: last } = await directory.releaseView(newRelease(grant, { views: 2 }));
      assert.deepEqual(last, { sequence: 4, version: 1, allowed: 5, used: 5 });
    },
  },
  {
    title: 'M4 N10 nothing is released on a grant of others or between unknown parties',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      await directory.publishGrant({ claim: newClaim(), ...grant });
      const other = await newClient(directory);
      for (const [change, refusal] of [
        [{ viewerId: other.clientId }, { code: 'conflict', reason: 'grant_parties' }],
        [{ ownerId: other.clientId }, { code: 'conflict', reason: 'grant_parties' }],
        [{ grantId: bytes(16) }, { code: 'conflict', reason: 'grant_id' }],
        [
          { grantId: bytes(16), viewerId: 2 ** 52 },
          { code: 'not_found', reason: 'viewer' },
        ],
        [
          { grantId: bytes(16), imageId: `${grant.imageId}-not` },
          { code: 'not_found', reason: 'image' },
        ],
        [
          { grantId: bytes(16), viewerId: other.clientId, ownerId: grant.viewerId },
          { code: 'denied', reason: 'not_owner' },
        ],
      ] as const) {
        await assert.rejects(directory.releaseView(newRelease(grant, change)), refusal);
      }
      assert.equal((await directory.grant(grant))?.used, 0);
    },
  },
  {
    title: 'M4 N10 who repeats the nonce of others under their grant id gets nothing and changes nothing',
    run: async ({ directories: [directory] }) => {
      const grant = await newGrant(directory, 5);
      const release = newRelease(grant);
      await directory.releaseView(release);
      const other = await newGrant(directory, 0);
      const { grantId } = grant;
      const forged = newRelease({ ...other, grantId, version: 9 }, { nonce: release.nonce });
      await assert.rejects(directory.releaseView(forged), { code: 'conflict', reason: 'grant_parties' });
      assert.deepEqual(await directory.grant(grant), { ...grant, used: 1, ackedVersion: 1 });
    },
  },
];
