/** `npm start`: a cloud of three servers and two clients do the whole job. `-- --once` ends when the story is told. */

import { rmSync } from 'node:fs';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cloud, openPerson, type Person, startCloud } from '@p2pimg/e2e';
import { COVERS, DEFAULT_COVER } from './covers.ts';
import { Facts } from './facts.ts';
import { createNarrator, type Narrator } from './narrator.ts';
import { type Stage, tell } from './story.ts';

const OUT = 'demo-out';
const MOST_VIEWS_GIVEN = 5;

const USAGE = `npm start [-- --once]

Three servers and two clients do the whole job with a real picture. It stays up and says how to join; --once ends when the story is
told, with 0 if all that it claims holds, 1 otherwise. Pictures and facts: ${OUT}/`;

const once = readOptions();
const narrator = createNarrator(process.stdout);
const folder = await mkdtemp(join(tmpdir(), 'p2pimg-demo-'));
const interrupted = new Promise<void>((resolve) => {
  process.once('SIGINT', resolve);
  process.once('SIGTERM', resolve);
});
// At the very end: what had begun when it was interrupted may still write there, and then a folder is not empty again.
process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const stack = new AsyncDisposableStack();
let exitCode = 1;
try {
  exitCode = await Promise.race([run(), interrupted.then(() => 130)]);
} finally {
  await stack.disposeAsync();
}
// What had begun when it was interrupted must not keep it up; the servers end with this process.
process.exit(exitCode);

/** Whether to end when the story is told. Help, or a wrong command line, ends the program. */
function readOptions(): boolean {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { once: flag, help: flag } });
    if (!values.help) return values.once;
    process.stdout.write(`${USAGE}\n`);
    return process.exit(0);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    return process.exit(2);
  }
}

async function run(): Promise<number> {
  narrator.say('starting three servers on loopback, with an embedded directory and the failure token on');
  const settings = {
    covers: { folder: COVERS, default: DEFAULT_COVER },
    failureToken: { enabled: true, downMs: 1_500, intervalMs: 3_000 },
  };
  const cloud = stack.use(await startCloud({ folder: join(folder, 'cloud'), settings }));
  narrator.say(`${cloud.servers.map(({ id }) => id).join(', ')} are up; ${await cloud.leader()} leads`);
  const owner = await enter('Olivia', cloud);
  const viewer = await enter('Victor', cloud);
  await mkdir(OUT, { recursive: true });

  const facts = new Facts();
  const stage: Stage = { out: OUT, cloud, owner, viewer, facts, narrator, viewsLeft: [] };
  const leaders = [await cloud.leader()];
  await tell(stage);
  leaders.push(await cloud.leader());
  const handled = new Set(cloud.choices().map(({ request }) => request));
  facts.check('every kind of request was given to one server', handled.has('encode') && handled.has('register'), [
    ...handled,
  ]);
  await writeReport(stage, leaders);
  const good = conclude(narrator, facts);
  if (once || !good) return good ? 0 : 1;

  await stayUp(cloud, owner, narrator);
  return 0;
}

async function enter(name: string, cloud: Cloud): Promise<Person> {
  const { manifestPath } = cloud;
  return stack.use(await openPerson({ name, profile: join(folder, name), manifestPath }));
}

async function writeReport(
  { cloud, facts, viewsLeft }: Stage,
  leaders: readonly (string | undefined)[],
): Promise<void> {
  const report = {
    holds: facts.broken.length === 0,
    leaders,
    viewsLeft,
    handlers: cloud.choices(),
    playedDead: cloud.log().flatMap(({ msg, server }) => (msg.startsWith('plays dead') ? [server] : [])),
    facts: facts.all,
  };
  await writeFile(join(OUT, 'report.json'), `${JSON.stringify(report, undefined, 2)}\n`);
}

function conclude({ chapter, say }: Narrator, facts: Facts): boolean {
  chapter('What must be so');
  for (const { claim, holds, seen } of facts.all)
    say(`${holds ? 'yes' : 'NO '} ${claim}${holds ? '' : `: ${JSON.stringify(seen)}`}`);
  say(`pictures and report.json are in ${OUT}/`);
  return facts.broken.length === 0;
}

/** Leaves the cloud and the owner running; the owner says yes to everybody. */
async function stayUp(cloud: Cloud, owner: Person, { chapter, say }: Narrator): Promise<void> {
  owner.client.onNews((news) => {
    if (news.kind !== 'requestArrived') return;
    const views = Math.min(news.views, MOST_VIEWS_GIVEN);
    owner.client.approve(news.id, { views }).then(
      () => say(`${owner.name} gives client ${news.from} ${views} views of ${news.imageId}`),
      (error: Error) => say(`${owner.name} could not answer client ${news.from}: ${error.message}`),
    );
  });
  chapter('The cloud stays up');
  say('join it from another terminal:');
  say(`  npm run p2pimg -- --manifest ${cloud.manifestPath}`);
  for (const { id, statusUrl } of cloud.servers) say(`  ${id}: ${statusUrl}/statusz`);
  say('Ctrl-C ends it');
  await new Promise<never>(() => {});
}
