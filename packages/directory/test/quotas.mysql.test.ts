import { startDatabase, tempDir } from '@p2pimg/testkit';
import test, { type ExecutionContext } from 'ava';
import {
  bytes,
  type GrantFields,
  newClaim,
  newClient,
  newGrant,
  newImage,
  revised,
  sha256,
} from '../src/compliance/world.ts';
import { InvalidError, migrate, type OpenDirectory, openDirectory } from '../src/index.ts';

const folder = await tempDir();
const database = await startDatabase();
test.after.always(async () => {
  await folder.remove();
  await database.stop();
});

/** Another image of the same owner, for the same or another viewer. */
async function another(directory: OpenDirectory, grant: GrantFields, name: string, viewerId = grant.viewerId) {
  const owner = { clientId: grant.ownerId, signKey: bytes(0), boxKey: bytes(0) };
  return { ...grant, viewerId, imageId: await newImage(directory, owner, name), grantId: bytes(16) };
}

const tooManyWait = { name: 'DeniedError', message: /too many grants wait/ };

/** A directory in which so many grants wait for a client at most: 20. */
async function mailboxes(t: ExecutionContext, url: string) {
  await migrate(url);
  const directory = await openDirectory(url, { pendingPerClient: 20 });
  t.teardown(() => directory.close());
  return {
    directory,
    publish: (grant: GrantFields) => directory.publishGrant({ claim: newClaim(), ...grant }),
    waiting: async (clientId: number) => (await directory.pending({ clientId, limit: 50 })).grants.length,
  };
}

for (const [kind, create] of [
  ['sqlite', async (name: string) => folder.at(`${name}.db`)],
  ['mysql', () => database.createDatabase()],
] as const) {
  test(`D2 N4 a client publishes as many images as it may, and no more (${kind})`, async (t) => {
    const url = await create('images');
    await migrate(url);
    const directory = await openDirectory(url, { imagesPerClient: 3 });
    t.teardown(() => directory.close());
    const [client, other] = [await newClient(directory), await newClient(directory)];
    const { clientId } = client;
    for (const name of ['a', 'b', 'c']) await newImage(directory, client, name);
    const tooMany = { name: 'DeniedError', message: /as many images as it may/ };
    const error = await t.throwsAsync(newImage(directory, client, 'd'), tooMany);
    t.like(error, { code: 'denied', reason: 'too_many_images' });
    const together = (names: readonly string[]) => {
      const ids = names.map((name) => `client${other.clientId}-${name}`);
      const images = ids.map((imageId) => ({ imageId, digest: sha256(imageId) }));
      return directory.addResources({ claim: newClaim(), clientId: other.clientId, images });
    };
    await t.throwsAsync(together(['a', 'b', 'c', 'd']), tooMany, 'together they are too many, so there is none');
    await together(['d', 'e', 'f']);
    // What is there may be said again; removing makes no room, because the id stays taken.
    await newImage(directory, client, 'b');
    await directory.removeResource({ claim: newClaim(), clientId, imageId: `client${clientId}-a` });
    await t.throwsAsync(newImage(directory, client, 'd'), tooMany);
    await newImage(directory, client, 'a');
    await newImage(directory, other, 'd');
  });

  test(`D4 N9 grants that wait for a viewer, or are left by an owner, are counted; changes of what waits and withdrawals pass (${kind})`, async (t) => {
    const { directory, publish, waiting } = await mailboxes(t, await create('pending'));

    // Between two clients a tenth of it.
    const first = await newGrant(directory, 1);
    const second = await another(directory, first, 'second');
    const third = await another(directory, first, 'third');
    await publish(first);
    await publish(second);
    t.like(await t.throwsAsync(publish(third), tooManyWait), { code: 'denied', reason: 'too_many_pending' });
    await publish(revised(first, 7));
    t.is(await waiting(first.viewerId), 2);
    // A withdrawal that comes first of all is kept, but does not wait.
    const withdrawn = revised(third, 0);
    await publish(withdrawn);
    t.is(await waiting(first.viewerId), 2);
    t.is((await directory.grant(third))?.allowed, 0);
    const acknowledged = [{ grantId: second.grantId, version: 1 }];
    const { viewerId } = first;
    await directory.acknowledge({ claim: newClaim(), clientId: viewerId, grants: acknowledged, notices: [] });
    await publish(await another(directory, first, 'fourth'));

    // One owner, many viewers.
    for (let given = 2; given < 20; given++) {
      await publish(await another(directory, first, `v${given}`, (await newClient(directory)).clientId));
    }
    const late = await another(directory, first, 'late', (await newClient(directory)).clientId);
    await t.throwsAsync(publish(late), tooManyWait);

    // Many owners, one viewer.
    const target = (await newClient(directory)).clientId;
    for (let got = 0; got < 20; got++) await publish({ ...(await newGrant(directory, 1)), viewerId: target });
    await t.throwsAsync(publish({ ...(await newGrant(directory, 1)), viewerId: target }), tooManyWait);
    t.is(await waiting(target), 20);
  });

  test(`D4 N9 no order of versions lets more grants wait than the quota; less is always taken (${kind})`, async (t) => {
    const { directory, publish, waiting } = await mailboxes(t, await create('versions'));
    const acknowledge = ({ viewerId, grantId, version }: GrantFields) => {
      const grants = [{ grantId, version }];
      return directory.acknowledge({ claim: newClaim(), clientId: viewerId, grants, notices: [] });
    };

    // Withdrawals that come first of all are kept, and do not wait beyond the quota; rights given in a next version would.
    const first = await newGrant(directory, 0);
    const { viewerId } = first;
    const withdrawn = [first];
    while (withdrawn.length < 25) withdrawn.push(await another(directory, first, `w${withdrawn.length}`));
    for (const grant of withdrawn) await publish(grant);
    t.is(await waiting(viewerId), 2);
    for (const grant of withdrawn.slice(0, 2)) await publish(revised(grant, 1));
    for (const grant of withdrawn.slice(2)) await t.throwsAsync(publish(revised(grant, 1)), tooManyWait);
    for (const grant of withdrawn.slice(2)) await publish(revised(grant, 0));
    t.is(await waiting(viewerId), 2);

    // Nor do grants begin to wait together that were acknowledged one after the other.
    const friend = await newGrant(directory, 5);
    const known = [friend];
    while (known.length < 6) known.push(await another(directory, friend, `k${known.length}`));
    for (const grant of known) {
      await publish(grant);
      await acknowledge(grant);
    }
    const [one, two, three, four, five] = known as [GrantFields, GrantFields, GrantFields, GrantFields, GrantFields];
    await publish(revised(one, 9));
    await publish(revised(two, 9));
    await t.throwsAsync(publish(revised(three, 9)), tooManyWait);
    // Less, and the same in another version, is taken at once and keeps nobody else out.
    for (const [grant, allowed] of [
      [three, 2],
      [four, 0],
      [five, 5],
    ] as const) {
      await publish(revised(grant, allowed));
      t.like(await directory.grant(grant), { version: 2, allowed });
    }
    t.is(await waiting(friend.viewerId), 2);
    await publish(revised(revised(one, 9), 20));
    await acknowledge(revised(two, 9));
    await publish(revised(revised(four, 0), 3));
    t.is(await waiting(friend.viewerId), 2);

    // Somebody else still reaches the viewer.
    await publish({ ...(await newGrant(directory, 1)), viewerId });
    t.is(await waiting(viewerId), 3);
  });
}

test('D4 N4 a quota out of range is refused by name', async (t) => {
  for (const [options, reason] of [
    [{ imagesPerClient: 0 }, 'imagesPerClient'],
    [{ imagesPerClient: 1.5 }, 'imagesPerClient'],
    [{ pendingPerClient: 9 }, 'pendingPerClient'],
    [{ pendingPerClient: 1_000_001 }, 'pendingPerClient'],
  ] as const) {
    const error = await t.throwsAsync(openDirectory(folder.at('never.db'), options), { instanceOf: InvalidError });
    t.is(error.reason, reason);
  }
});
