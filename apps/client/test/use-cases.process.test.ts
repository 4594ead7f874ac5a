import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { localCloud, Person, PUPPY, until } from './support/cloud.ts';

type Row = Record<string, unknown>;

test('U2 U3 U4 U5 U6 U7 U8 N11 C3 S2 S3: the use cases as commands, with three servers and two daemons', async (t) => {
  t.timeout(180_000);
  const cloud = await localCloud(t);
  const [owner, viewer] = [new Person(cloud, 'owner'), new Person(cloud, 'viewer')];
  t.is((await owner.say('peers')).code, 4, 'not registered');
  t.like(await owner.say('register'), { code: 0, json: { ok: true, clientId: 1 } });
  t.like(await viewer.say('register'), { code: 0, json: { clientId: 2 } });
  t.like(await owner.say('signin'), { code: 0, json: { clientId: 1, news: [] } });
  await owner.daemon(t);
  const daemon = await viewer.daemon(t);

  t.like(await owner.say('encode', PUPPY), { code: 0, json: { imageId: 'client1-puppy' } });
  const text = `${owner.profile}-text.jpg`;
  await writeFile(text, 'no picture at all');
  for (const [path, message] of [
    [text, 'the file is no PNG or JPEG picture'],
    [`${text}.none`, `${text}.none: no such file`],
  ] as const) {
    t.like(await owner.say('encode', path), { code: 1, json: { ok: false, error: { message } } });
  }
  t.deepEqual((await viewer.say('peers')).json.users, [{ clientId: 1, images: ['client1-puppy'] }]);
  t.like(await viewer.say('view', 'client1-puppy', '--no-open'), { code: 1, json: { error: { code: 'not_held' } } });

  const waiting = viewer.say('request', 'client1-puppy', '--views', '5', '--wait');
  const request = await firstRequest(owner);
  t.like(request, { kind: 'image', from: 2, imageId: 'client1-puppy', views: 5 });
  t.like(await owner.say('requests', 'approve', request.id, '--views', '2'), {
    code: 0,
    json: { delivery: 'delivered' },
  });
  t.like(await waiting, { code: 0, json: { answer: 'approved' } });
  t.deepEqual((await viewer.say('images')).json.held, [
    { imageId: 'client1-puppy', ownerId: 1, remaining: 2, mode: 'witnessed', heldInAdvance: 0 },
  ]);

  for (const remaining of [1, 0]) {
    t.like(await viewer.say('view', 'client1-puppy', '--terminal'), { code: 0, json: { shown: 'picture', remaining } });
    t.is(((await viewer.say('images')).json.held as Row[])[0]!.remaining, remaining);
  }
  t.is((await viewer.say('view', 'client1-puppy', '--terminal')).code, 3);
  t.is((await viewer.say('view', 'client1-puppy', '--out', 'x.jpg')).code, 2, 'nothing of others is written');

  const refused = viewer.say('request-more', 'client1-puppy', '--views', '99', '--wait');
  const greedy = await firstRequest(owner);
  t.like(await owner.say('requests', 'reject', greedy.id), { code: 0, json: { delivery: 'delivered' } });
  t.like(await refused, { code: 5, json: { answer: 'rejected' } });

  const asking = await viewer.start(t, 'request-more', 'client1-puppy', '--views', '10', '--wait');
  await asking.line(/Waiting for the answer/);
  asking.signal('SIGINT');
  t.like(await asking.exited, { code: 130 }, 'the request stays');
  daemon.signal('SIGKILL');
  await daemon.exited;
  const more = await firstRequest(owner);
  const approved = await owner.say('requests', 'approve', more.id);
  t.is(approved.code, 6, 'the viewer is gone: the directory keeps it');
  const back = await viewer.say('signin');
  t.like((back.json.news as Row[])[0], { kind: 'rightsChanged', from: 0, to: 10 });
  t.deepEqual((await viewer.say('signin')).json.news, [], 'once');

  await viewer.daemon(t);
  t.like(await owner.say('rights', 'take', 'client1-puppy', '2', '4'), {
    code: 0,
    json: { remaining: 6, delivery: 'delivered' },
  });
  t.is(((await viewer.say('images')).json.held as Row[])[0]!.remaining, 6);
  t.like(await owner.say('rights', 'revoke', 'client1-puppy', '2'), { code: 0 });
  t.is((await viewer.say('view', 'client1-puppy', '--terminal')).code, 3);
  const [right] = (await owner.say('rights')).json.rights as Row[];
  t.like(right, { imageId: 'client1-puppy', viewerId: 2, remaining: 0, used: 2, revoked: true });
  t.is(typeof right?.viewedAt, 'number', 'the owner was told of the views');
  for (const { profile } of [owner, viewer]) await onlyMine(t, profile);
  t.like(await viewer.say('shutdown'), { code: 0 });
  t.deepEqual((await owner.say('peers')).json.users, []);
});

/** The first request in somebody's queue, once one is there. */
async function firstRequest(owner: Person): Promise<Row & { readonly id: string }> {
  return until(async () => ((await owner.say('requests')).json.requests as (Row & { readonly id: string })[])[0]);
}

/** Nobody else may read a profile: folders 0700, files and the daemon's socket 0600. */
async function onlyMine(t: ExecutionContext, profile: string): Promise<void> {
  const inside = await readdir(profile, { recursive: true });
  for (const name of ['keys.json', 'journal', 'ledger', 'p2pimg.log', 'daemon.sock', 'pictures'])
    t.true(inside.includes(name), name);
  for (const path of [profile, ...inside.map((name) => join(profile, name))]) {
    const found = await stat(path);
    t.is((found.mode & 0o777).toString(8), found.isDirectory() ? '700' : '600', path);
  }
}
