import test from 'ava';
import { localCloud, Person, PUPPY } from './support/cloud.ts';
import { Terminal } from './support/terminal.ts';

const ENTRIES = [
  'Encode Image',
  'Request List of Active Users and Their Images',
  'Request Image From Active User',
  'Increase Views of Image From Active User',
  'View Client Requests',
  'View Peer Images',
  'Update Access Rights',
  'Shutdown',
];

/** Leaves the program back at its menu. */
const atMenu = /Main Menu \(you are client \d+\)\n(?:.*\n){7}.*8\. Shutdown(?:\n(?!.*\n).*)?/;

test('C1 C2 U2 U3 U4 U5 N12: the menu in a terminal, from Register to Shutdown', async (t) => {
  t.timeout(300_000);
  const cloud = await localCloud(t);
  const owner = await Terminal.start(t, new Person(cloud, 'owner').menuCommand);
  let screen = await owner.shows(/2\. Sign In/);
  t.regex(screen, /❯ 1\. Register\n {2}2\. Sign In/);

  await owner.choose(2);
  await owner.shows(/Not done: this profile is not registered yet/);
  await owner.choose(1);
  await owner.shows(/Your client number is 1; your fingerprint/);
  await owner.choose(2);
  screen = await owner.shows(atMenu);
  t.regex(screen, /Sign-in successful!\nNothing came while you were away\./);
  for (const [i, label] of ENTRIES.entries()) t.true(screen.includes(`${i + 1}. ${label}`), label);

  await owner.choose(1);
  await owner.shows(/\? Which picture\?/);
  await owner.type('/no/such/picture.jpg');
  await owner.shows(/Nothing here is named like that: \/no\/such\/picture\.jpg/);
  await owner.keys('Enter'); // "Back", all that is left
  await owner.choose(1);
  await owner.shows(/\? Which picture\?.*\n/);
  await owner.type(PUPPY);
  await owner.shows(/❯ .*puppy\.jpg\n {2}Back/);
  await owner.keys('Enter');
  await owner.shows(/Encoded as client1-puppy by s[123]/);
  for (const entry of [4, 5, 6]) await owner.choose(entry);
  await owner.shows(/No requests wait\.[\s\S]*hold no pictures/);

  const viewer = new Person(cloud, 'viewer');
  await viewer.say('register');
  const daemon = await viewer.daemon(t);
  await owner.keys('5');
  await owner.shows(/❯ 5\. View Client Requests\n/);
  t.is((await viewer.say('request', 'client1-puppy', '--views', '3')).code, 0);
  screen = await owner.shows(/❯ 5\. View Client Requests \(1 new\)/);
  t.regex(screen, /client 2 asks for 3 views of client1-puppy$/, 'told below the menu');
  t.is(screen.split('Main Menu').at(-1)!.split('1. Encode Image').length, 2, 'redrawn in place');
  t.is(screen.split('asks for 3 views').length, 2, 'no stray line');

  await owner.keys('Enter');
  await owner.shows(/Which request\?/);
  await owner.keys('Enter');
  await owner.shows(/Give client 2 what it asks for\?/);
  await owner.keys('Down', 'Enter');
  await owner.shows(/How many views\? Client 2 asks for 3/);
  await owner.type('zero');
  await owner.keys('Enter');
  await owner.shows(/A whole number from 1 to 65535, please/);
  await owner.keys('C-u');
  await owner.type('2');
  await owner.keys('Enter');
  await owner.shows(/Approved: client 2 has it/);
  t.like((await viewer.say('images')).json, { held: [{ imageId: 'client1-puppy', remaining: 2 }] });

  await owner.choose(7);
  await owner.shows(/❯ client 2: client1-puppy -> 2 views[\s\S]*Share an image unasked, and choose who counts/);
  await owner.keys('Enter');
  await owner.shows(/Choose who counts the views/);
  await owner.keys('Down', 'Down', 'Down', 'Down', 'Enter');
  await owner.shows(/❯ The cloud, one by one/);
  await owner.keys('Down', 'Enter');
  await owner.shows(/How many of the views in advance\?/);
  await owner.type('101');
  await owner.keys('Enter');
  await owner.shows(/A whole number from 1 to 100, please/);
  await owner.keys('BSpace', 'BSpace', 'Enter');
  await owner.shows(/For how many hours\?/);
  await owner.type('1');
  await owner.keys('Enter');
  await owner.shows(/Client 2 has 2 views of client1-puppy left: client 2 has it/);
  t.like((await viewer.say('images')).json, { held: [{ mode: 'offline', remaining: 2 }] });

  await owner.keys('C-c');
  await owner.shows(/Going offline …\nended with 130/);
  t.deepEqual((await viewer.say('peers')).json.users, [], 'Ctrl-C leaves cleanly');
  await viewer.say('daemon', 'stop');
  await daemon.exited;

  const second = await Terminal.start(t, viewer.menuCommand);
  await second.choose(2);
  await second.shows(atMenu);
  await second.choose(6);
  await second.shows(/❯ client1-puppy -> Remaining Views: 2/);
  await second.keys('Enter');
  await second.shows(/In this terminal/);
  await second.keys('Enter');
  await second.shows(/▄▄▄[\s\S]*client1-puppy: 1 view left — any key ends the view/);
  await second.keys('Enter');
  screen = await second.shows(atMenu);
  t.false(screen.includes('▄▄▄'), 'the picture went with its view');
  await second.choose(6);
  await second.shows(/❯ client1-puppy -> Remaining Views: 1/);
  await second.keys('Down');
  await second.shows(/❯ Back/);
  await second.keys('Enter');
  await second.choose(8);
  await second.shows(/ended with 0/);
});
