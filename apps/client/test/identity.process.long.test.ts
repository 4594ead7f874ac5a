import { readdir } from 'node:fs/promises';
import test from 'ava';
import { localCloud, Person, PUPPY, until } from './support/cloud.ts';

test('N11 N10 C3: keys are replaced by the old ones, by the recovery key, and for a lost profile; a backup gives all back', async (t) => {
  t.timeout(300_000);
  const cloud = await localCloud(t);
  const person = new Person(cloud, 'person');
  const { json: registered } = await person.say('register');
  const recovery = { input: `${String(registered.recoveryKey)}\n` };
  await person.say('encode', PUPPY);

  const rotated = await person.say('--yes', 'id', 'rotate');
  t.is(rotated.code, 0, rotated.stdout);
  t.not(rotated.json.fingerprint, registered.fingerprint);
  t.like(await person.say('signin'), { code: 0, json: { clientId: 1 } });

  const file = `${person.profile}.backup`;
  const passphrase = { input: 'correct horse\n' };
  const killed = await person.start(t, 'backup', `${file}.killed`);
  killed.write(passphrase.input);
  await until(async () => (await copies(person)).find((name) => name === `backup-${killed.pid}`));
  killed.signal('SIGKILL');
  await killed.exited;
  t.like(await person.sayWith(passphrase, 'backup', file), { code: 0, json: { pictures: 1 } });
  t.deepEqual(await copies(person), [], 'no copy stays, of the one that was killed neither');
  const restored = new Person(cloud, 'restored');
  const again = await restored.sayWith(passphrase, 'restore', file);
  t.is(again.code, 0, again.stdout);
  t.is(again.json.fingerprint, rotated.json.fingerprint);
  t.like(await restored.sayWith(passphrase, 'restore', file), { code: 1, json: { error: { code: 'profile_exists' } } });
  t.like(await restored.say('images'), { json: { own: [{ imageId: 'client1-puppy', state: 'published' }] } });
  t.like(await restored.say('signin'), { code: 0, json: { clientId: 1 } });

  t.is((await person.sayWith({ input: 'nonsense\n' }, '--yes', 'id', 'rotate', '--recovery')).code, 1);
  t.is((await person.sayWith(recovery, '--yes', 'id', 'rotate', '--recovery')).code, 0);
  t.like(await restored.say('doctor'), { code: 1, json: { healthy: false } }, 'its keys are the old ones');

  const anew = new Person(cloud, 'anew');
  t.is((await anew.sayWith(recovery, 'id', 'recover', '1')).code, 0);
  t.like(await anew.say('signin'), { code: 0, json: { clientId: 1 } });
  t.not((await person.say('signin')).code, 0);
});

async function copies({ profile }: Person): Promise<readonly string[]> {
  return (await readdir(profile)).filter((name) => name.startsWith('backup'));
}
