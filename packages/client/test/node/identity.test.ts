import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { WrongPassphraseError } from '@p2pimg/identity';
import test, { type ExecutionContext } from 'ava';
import { newFolder, Person, people, smallPicture } from './people.ts';

async function ownerAndViewer(t: ExecutionContext) {
  const { cloud, people: two } = await people(t, 2);
  const [owner, viewer] = two as [Person, Person];
  const { imageId } = await owner.client.encode(smallPicture(), { name: 'puppy' });
  await owner.client.share(imageId, 2, 3);
  await viewer.client.accept((await viewer.heard('offerArrived')).id);
  await viewer.heard('imageArrived');
  return { cloud, owner, viewer, imageId };
}

test('M6 M4: keys are replaced on a port that stays; rights go on once fingerprints were compared', async (t) => {
  const { owner, viewer, imageId } = await ownerAndViewer(t);
  const { port } = owner.client.address;
  const before = owner.client.fingerprint;
  const { fingerprint } = await owner.client.rotateKeys();
  t.not(fingerprint, before);
  t.is(owner.client.address.port, port);
  await viewer.heard('keyChanged');
  await viewer.client.trust(1);
  t.is(viewer.client.contacts().find(({ clientId }) => clientId === 1)?.fingerprint, fingerprint);
  await owner.client.changeRights(imageId, 2, { kind: 'take', views: 1 });
  t.is((await viewer.client.view(imageId)).remaining, 1);

  await viewer.client.rotateKeys();
  const shown = await viewer.client.view(imageId);
  t.deepEqual(Buffer.from(shown.bytes), Buffer.from(smallPicture()), 'the old session key still opens its grant');
  t.deepEqual(
    (await readdir(owner.folder)).filter((name) => name.startsWith('keys')),
    ['keys.json'],
  );
  await owner.client.close();
  await owner.open();
  t.is(owner.client.fingerprint, fingerprint);
  t.is((await owner.client.signIn()).clientId, 1);
});

test('M6: a profile that is lost is made anew with the recovery key that was told at registration', async (t) => {
  const { cloud } = await people(t, 0);
  const first = new Person(await newFolder(t), cloud);
  await first.open();
  const { clientId, recoveryKey } = await first.client.register();
  await first.client.close();
  const second = new Person(await newFolder(t), cloud);
  await second.open();
  t.teardown(() => second.client.close());
  await t.throwsAsync(second.client.recover(clientId, 'ABCD'), { name: 'RecoveryKeyError' });
  await second.client.recover(clientId, recoveryKey!.toLowerCase());
  t.is((await second.client.signIn()).clientId, clientId);
  await second.client.close();
  await second.open();
  t.is((await second.client.signIn()).clientId, clientId);
});

test('U2 M6: the recovery key is told by the registration that succeeds, after one that was refused and a process that ended', async (t) => {
  const { cloud } = await people(t, 0);
  const person = new Person(await newFolder(t), cloud);
  await person.open({ passphrase: 'correct horse battery' });
  t.teardown(() => person.client.close());
  cloud.directory.closed = true;
  await t.throwsAsync(person.client.register(), { message: /refused/ });
  await t.throwsAsync(person.client.register(), { message: /refused/ });
  await person.client.close();
  t.is((await stat(join(person.folder, 'recovery.json'))).mode & 0o777, 0o600);
  await person.open({ passphrase: 'correct horse battery' });
  cloud.directory.closed = false;
  const { clientId, recoveryKey } = await person.client.register();
  t.false((await readdir(person.folder)).includes('recovery.json'));
  const again = new Person(await newFolder(t), cloud);
  await again.open();
  t.teardown(() => again.client.close());
  await again.client.recover(clientId, recoveryKey!);
  t.is((await again.client.signIn()).clientId, clientId);
});

test('C2 M4: a backup of a profile in use is a profile; put back later it brings no view back', async (t) => {
  const { owner, viewer, imageId } = await ownerAndViewer(t);
  const copy = join(await newFolder(t), 'backup');
  const passphrase = 'correct horse battery';
  const report = await viewer.client.backup(copy, { passphrase });
  t.is(report.pictures, 1);
  await t.throwsAsync(viewer.client.backup(copy), { code: 'EEXIST' });
  await owner.client.backup(`${copy}-owner`);
  for (let i = 0; i < 2; i++) t.is((await viewer.client.view(imageId)).shown, 'picture');
  await viewer.client.close();
  await t.throwsAsync(viewer.open({ profile: copy, passphrase: 'wrong horse battery' }), {
    instanceOf: WrongPassphraseError,
  });
  await viewer.open({ profile: copy, passphrase });
  await viewer.client.signIn();
  t.is((await viewer.client.view(imageId)).shown, 'picture');
  t.like(await viewer.client.view(imageId), { shown: 'default', reason: 'none_left' });
});
