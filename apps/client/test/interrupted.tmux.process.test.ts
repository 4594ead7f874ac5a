import test from 'ava';
import { localCloud, Person, PUPPY, until } from './support/cloud.ts';
import { Terminal } from './support/terminal.ts';

const PICTURE = /▄▄▄[\s\S]*client1-puppy: \d views? left — any key ends the view/;

/** Whatever hangs when it is interrupted hangs for this long, far beyond the test's own limit. */
const FOR_EVER = ['--timeout', '3600'];

test('C1 C3 M5 D2: whoever is interrupted ends at once, with 130, offline, and with nothing left on the screen', async (t) => {
  t.timeout(300_000);
  const cloud = await localCloud(t);
  const [owner, viewer] = [new Person(cloud, 'owner'), new Person(cloud, 'viewer')];
  await owner.say('register');
  await owner.say('encode', PUPPY);
  await owner.daemon(t);
  await viewer.say('register');
  const online = async () => (await owner.say('peers')).json.users;
  const remaining = async () => ((await viewer.say('images')).json.held as { remaining: number }[])[0]?.remaining;

  const asking = await viewer.start(t, ...FOR_EVER, 'request', 'client1-puppy', '--views', '5', '--wait');
  await asking.line(/Waiting for the answer/);
  t.like(await online(), [{ clientId: 2 }]);
  asking.signal('SIGTERM');
  t.is((await asking.exited).code, 130, asking.stderr);
  t.deepEqual(await online(), [], 'offline in the directory');

  const [request] = (await owner.say('requests')).json.requests as { id: string }[];
  const receiving = await viewer.daemon(t);
  t.like(await owner.say('requests', 'approve', request!.id), { code: 0 });
  t.is(await until(remaining), 5, 'the request stood');
  await viewer.say('daemon', 'stop');
  await receiving.exited;

  const view = viewer.commandLine(...FOR_EVER, 'view', 'client1-puppy', '--terminal');
  const viewing = await Terminal.start(t, view);
  await viewing.shows(PICTURE);
  await viewing.signal('SIGTERM');
  const after = await viewing.shows(/ended with 130/);
  t.false(after.includes('▄▄▄'), 'the picture went with its view');
  t.is(await remaining(), 4, 'what was shown is spent');

  const again = await Terminal.start(t, view);
  await again.shows(PICTURE);
  await again.keys('C-c');
  await again.shows(/ended with 130/);
  t.is(await remaining(), 3);
  t.deepEqual(await online(), []);

  const menu = await Terminal.start(t, viewer.menuCommand);
  const showing = async (): Promise<void> => {
    await menu.choose(6);
    await menu.shows(/❯ client1-puppy/);
    await menu.keys('Enter');
    await menu.shows(/In this terminal/);
    await menu.keys('Enter');
    await menu.shows(PICTURE);
  };
  await menu.choose(2);
  await showing();
  await menu.keys('C-c');
  t.false((await menu.shows(/8\. Shutdown/)).includes('▄▄▄'), 'Ctrl-C ends the view, not the menu');
  await showing();
  t.like(await online(), [{ clientId: 2 }]);
  await menu.signal('SIGTERM');
  const left = await menu.shows(/Going offline …\nended with 130/);
  t.false(left.includes('▄▄▄'));
  t.is(await remaining(), 1);
  t.deepEqual(await online(), []);

  const waiting = await Terminal.start(t, viewer.menuCommand);
  await waiting.choose(2);
  await waiting.shows(/8\. Shutdown/);
  for (const server of cloud.servers.values()) server.signal('SIGSTOP');
  await waiting.choose(2);
  await waiting.shows(/Request List of Active Users and Their Images\n*$/); // it waits for the cloud, and no prompt reads keys
  await waiting.keys('C-c');
  await waiting.shows(/Going offline …\nended with 130/);
});
