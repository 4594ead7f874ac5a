import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  createManifest,
  generateClusterKey,
  generateServerKeys,
  generateSignPair,
  nodeSuite,
  signManifest,
} from '@p2pimg/identity';
import { type Finished, freeUdpPort, runNode, runProcess, type TempDir, tempDir } from '@p2pimg/testkit';
import test from 'ava';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** A manifest whose only server is on a port where nobody listens. */
async function deafCloud(dir: TempDir): Promise<string> {
  const { box, sign } = generateServerKeys(nodeSuite);
  const port = await freeUdpPort();
  const now = Date.now();
  const manifest = createManifest(nodeSuite, {
    issuedAt: now,
    expiresAt: now + 3_600_000,
    registration: 'open',
    clusterKey: generateClusterKey(nodeSuite),
    servers: [
      { id: 's1', host: '127.0.0.1', clientPort: port, peerPort: port, boxKey: box.publicKey, signKey: sign.publicKey },
    ],
  });
  const path = dir.at('manifest.json');
  await writeFile(path, signManifest(nodeSuite, manifest, generateSignPair(nodeSuite)));
  return path;
}

let homes = 0;

/** Each in a home of its own: a profile is for one process at a time. */
function run(dir: TempDir, args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  const name = `home-${++homes}`;
  const home = { HOME: dir.at(name), XDG_CONFIG_HOME: dir.at(name, 'config'), XDG_DATA_HOME: dir.at(name, 'data') };
  return runNode(MAIN, args, { env: { ...home, ...env } });
}

/** One line on standard error, nothing asked, that exit code. */
interface Case {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  readonly says: RegExp;
}

test('C3 N7: without a terminal each mistake is one clear line and an exit code, and nothing is asked', async (t) => {
  const dir = await tempDir();
  t.teardown(dir.remove);
  const manifest = await deafCloud(dir);
  await writeFile(dir.at('text.jpg'), 'no picture at all');
  await writeFile(dir.at('bad.toml'), 'timeot = 3\n');
  await writeFile(dir.at('broken.json'), '{');
  const cloud = ['--manifest', manifest, '--bind-host', '127.0.0.1'];
  const cases: readonly Case[] = [
    { args: [], code: 2, says: /the menu needs a terminal/ },
    { args: ['pears'], code: 2, says: /unknown command "pears": did you mean peers\?/ },
    { args: ['peers'], code: 2, says: /which cloud\? give its manifest once/ },
    { args: ['--manifest', dir.at('nowhere'), 'peers'], code: 2, says: /the manifest cannot be read/ },
    { args: ['--manifest', dir.at('broken.json'), 'peers'], code: 1, says: /not JSON/ },
    {
      args: ['--config', dir.at('bad.toml'), 'config'],
      code: 2,
      says: /unknown setting "timeot" \(did you mean timeout\?\)/,
    },
    { args: ['config'], env: { P2PIMG_CLIENT_PROFIL: 'x' }, code: 2, says: /unknown variable P2PIMG_CLIENT_PROFIL/ },
    { args: ['--timeout', 'soon', 'config'], code: 2, says: /--timeout: must be a whole number from 1 to 3600/ },
    { args: ['--log-level', 'loud', 'config'], code: 2, says: /--log-level: must be one of error, warn, info/ },
    { args: ['--profile', 'Ünïcode', 'config'], code: 2, says: /a profile is named with/ },
    { args: [...cloud, 'peers'], code: 4, says: /not registered yet/ },
    { args: [...cloud, 'view', 'client1-puppy'], code: 4, says: /not registered yet/ },
    { args: ['view', 'client1-../../etc/passwd'], code: 2, says: /an image is named like/ },
    { args: ['request', 'client1-puppy', '--views', '0'], code: 2, says: /from 1 to 65535/ },
    { args: ['request', 'client1-puppy', '--views', '-1'], code: 2, says: /from 1 to 65535/ },
    { args: ['request', 'client1-puppy', '--views', '65536'], code: 2, says: /from 1 to 65535/ },
    { args: ['request', 'client1-puppy', '--views', 'abc'], code: 2, says: /from 1 to 65535/ },
    { args: ['rights', 'add', 'client1-puppy', '2', '1e3'], code: 2, says: /from 1 to 65535/ },
    { args: [...cloud, 'delete', 'client1-puppy', '--no-input'], code: 2, says: /say --yes/ },
    {
      args: ['rights', 'ad', 'client1-puppy', '2', '1'],
      code: 2,
      says: /unknown command "ad" of rights: did you mean add\?/,
    },
    {
      args: ['share', 'client1-puppy', '--views', '3'],
      code: 2,
      says: /missing required argument 'client'\nusage: p2pimg share /,
    },
    { args: ['request', 'client1-puppy'], code: 2, says: /required option '--views <n>' not specified/ },
    { args: ['requests', 'approve', 'xyz'], code: 2, says: /four hexadecimal digits/ },
    { args: ['block', 'bob'], code: 2, says: /named by its number/ },
    { args: ['peers', '--jsn'], code: 2, says: /unknown option '--jsn'\n\(Did you mean --json\?\)/ },
    {
      args: ['view', 'client1-puppy', '--terminal', '--out', 'x'],
      code: 2,
      says: /cannot be used with option '--terminal/,
    },
    { args: ['completion', 'cmd'], code: 2, says: /Allowed choices are zsh, bash, fish, powershell/ },
    { args: [...cloud, 'backup', dir.at('b')], code: 2, says: /a passphrase is needed/ },
    { args: [...cloud, 'id', 'rotate'], code: 2, says: /say --yes/ },
    {
      args: [...cloud, 'share', 'client1-puppy', '2', '--views', '3', '--offline', '3'],
      code: 2,
      says: /--offline and --hours go together/,
    },
    { args: ['restore', dir.at('text.jpg')], code: 2, says: /a passphrase is needed/ },
    { args: [...cloud, '--timeout', '1', 'register'], code: 7, says: /no link to s1|no result within 1 s/ },
  ];
  await eachOf(cases, AT_A_TIME, async ({ args, env, code, says }) => {
    const said = await run(dir, args, env);
    const label = args.join(' ');
    t.is(said.code, code, `${label}\n${said.stderr}`);
    t.regex(said.stderr, says, label);
    t.is(said.stdout, '', label);
    t.false(said.stderr.includes('    at '), `${label}: no stack`);
  });
  for (const [args, code, message] of [
    [[...cloud, 'peers'], 'not_registered', 'this profile is not registered yet: p2pimg register'],
    [['encode'], 'usage', "missing required argument 'file'"],
  ] as const) {
    const json = await run(dir, [...args, '--json']);
    t.deepEqual(JSON.parse(json.stdout), { ok: false, error: { code, message } });
    t.is(json.stderr, '');
  }
  const doctor = await run(dir, [...cloud, '--json', 'doctor']);
  t.is(doctor.code, 1);
  t.regex(doctor.stdout, /"check":"server s1","ok":false,"detail":"127\.0\.0\.1 UDP \d+ is down/);
});

test('C3: completions come from the commands that there are', async (t) => {
  const suggest = async (...words: readonly string[]) => (await runNode(MAIN, ['complete', '--', ...words])).stdout;
  t.regex(await suggest('requ'), /^requests\t.*\nrequest\t.*\nrequest-more\t/);
  t.regex(await suggest('rights', ''), /\nadd\t.*\ntake\t.*\nset\t.*\nmode\t.*\nrevoke\t/);
  const script = await runNode(MAIN, ['completion', 'bash']);
  t.regex(script.stdout, /complete -F \w+ p2pimg/);
  t.is((await runProcess('bash', ['-n'], { input: script.stdout })).code, 0, 'bash can read it');
});

/** Programs that run beside each other: more only wait for the same two cores. */
const AT_A_TIME = 3;

async function eachOf<T>(all: readonly T[], atATime: number, body: (each: T) => Promise<void>): Promise<void> {
  const left = [...all];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await body(next);
  };
  await Promise.all(Array.from({ length: atATime }, work));
}
