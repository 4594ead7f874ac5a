import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { runProcess, type TempDir, tempDir } from '@p2pimg/testkit';
import test from 'ava';
import rules from '../../../.dependency-cruiser.mjs';
import { ROOT, readPackages } from '../src/workspace.ts';

/** One import that each rule forbids: [rule, file, line]. */
const OFFENCES: readonly (readonly [rule: string, file: string, line: string])[] = [
  ['no-circles', 'packages/wire/src/circle.ts', "import './ring.ts';"],
  ['core-is-sans-io', 'packages/transport/src/core/clock.ts', "import 'node:timers';"],
  ['pure-houses-know-no-node', 'packages/election/src/entropy.ts', "import 'node:crypto';"],
  ['datagrams-only-in-transport-io', 'packages/cloud/src/node/socket.ts', "import 'node:dgram';"],
  ['core-code-names-types-only', 'packages/client/src/core/peer.ts', "import '@p2pimg/transport';"],
  ['ground-houses-stand-alone', 'packages/wire/src/keys.ts', "import '@p2pimg/identity';"],
  ['identity-stands-on-wire', 'packages/identity/src/grants.ts', "import '@p2pimg/rights';"],
  ['middle-houses-are-strangers', 'packages/stego/src/send.ts', "import '@p2pimg/transport';"],
  ['client-trusts-no-cloud-house', 'packages/client/src/node/lookup.ts', "import '@p2pimg/directory';"],
  ['cloud-knows-no-client', 'packages/cloud/src/node/menu.ts', "import '@p2pimg/client';"],
  ['server-app-wires-the-cloud', 'apps/server/src/vote.ts', "import '@p2pimg/election';"],
  ['client-app-wires-the-client', 'apps/client/src/hide.ts', "import '@p2pimg/stego';"],
  ['nobody-imports-an-app', 'packages/cloud/src/node/main.ts', "import '../../../../apps/server/src/index.ts';"],
  ['product-needs-no-tools', 'packages/cloud/src/node/fake.ts', "import '@p2pimg/netsim';"],
  ['houses-have-doors', 'packages/rights/src/node/inside.ts', "import '../../../wire/src/index.ts';"],
  ['source-needs-no-tests', 'packages/rights/src/vectors.ts', "import '../test/vectors.ts';"],
  ['dependencies-are-declared', 'packages/rights/src/colours.ts', "import 'undeclared';"],
  ['product-needs-no-dev-dependency', 'packages/rights/src/node/runner.ts', "import 'ava';"],
  ['imports-resolve', 'packages/rights/src/nowhere.ts', "import './no-such-file.ts';"],
];

test('every rule about directions has an offence that breaks it', (t) => {
  t.deepEqual(OFFENCES.map(([rule]) => rule).sort(), rules.forbidden.map(({ name }) => name).sort());
});

test('every rule tells the offender what to do', (t) => {
  for (const { name, comment, severity } of rules.forbidden) {
    t.true(comment.length > 40, name);
    t.is(severity, 'error', name);
  }
});

test('houses without an offence pass', async (t) => {
  await using workspace = await emptyHouses();
  write(workspace, 'packages/cloud/src/node/start.ts', "import '@p2pimg/transport';\nimport 'node:fs';");
  write(
    workspace,
    'packages/cloud/src/core/step.ts',
    "import type { Socket } from '@p2pimg/transport';\nimport '@p2pimg/wire';",
  );
  write(workspace, 'packages/transport/src/io/socket.ts', "import 'node:dgram';");
  write(workspace, 'apps/server/src/main.ts', "import '@p2pimg/cloud';");
  write(workspace, 'packages/wire/src/a.ts', "import type { B } from './b.ts';\nexport type A = B[];");
  write(workspace, 'packages/wire/src/b.ts', "import './a.ts';\nexport type B = number;");
  write(workspace, 'packages/rights/test/grants.test.ts', "import 'ava';\nimport '@p2pimg/testkit';");
  t.deepEqual(await violations(workspace), []);
});

test('each offence is found, in the file that commits it', async (t) => {
  await using workspace = await emptyHouses();
  write(workspace, 'packages/wire/src/ring.ts', "import './circle.ts';");
  write(workspace, 'packages/rights/test/vectors.ts', 'export {};');
  for (const [, file, line] of OFFENCES) write(workspace, file, line);
  const found = await violations(workspace);
  for (const [rule, file] of OFFENCES) {
    t.true(found.includes(`${rule}: ${file}`), `${rule} must be broken by ${file}; found:\n${found.join('\n')}`);
  }
});

/** A workspace with the houses of this one, all empty, linked as pnpm links them. */
async function emptyHouses(): Promise<TempDir> {
  const workspace = await tempDir('p2pimg-houses-');
  write(workspace, 'package.json', '{"name": "houses", "type": "module"}');
  for (const { name, dir } of readPackages()) {
    cpSync(join(ROOT, dir, 'package.json'), ensured(workspace.at(dir, 'package.json')));
    write(workspace, `${dir}/src/index.ts`, 'export {};');
    symlinkSync(workspace.at(dir), ensured(workspace.at('node_modules', name)));
  }
  for (const name of ['ava', 'undeclared']) {
    write(workspace, `node_modules/${name}/package.json`, JSON.stringify({ name, version: '1.0.0', main: 'index.js' }));
    write(workspace, `node_modules/${name}/index.js`, '');
  }
  const rights = { name: '@p2pimg/rights', exports: './src/index.ts', devDependencies: { ava: '1.0.0' } };
  write(workspace, 'packages/rights/package.json', JSON.stringify(rights));
  return workspace;
}

function write(workspace: TempDir, file: string, text: string): void {
  writeFileSync(ensured(workspace.at(file)), `${text}\n`);
}

function ensured(path: string): string {
  mkdirSync(dirname(path), { recursive: true });
  return path;
}

async function violations(workspace: TempDir): Promise<string[]> {
  const cruiser = join(ROOT, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs');
  const config = join(ROOT, '.dependency-cruiser.mjs');
  const folders = readdirSync(workspace.path).filter((name) => ['apps', 'packages', 'tools'].includes(name));
  const { stdout, stderr } = await runProcess(
    process.execPath,
    [cruiser, '--config', config, '--output-type', 'json', ...folders],
    { cwd: workspace.path },
  );
  try {
    const report = JSON.parse(stdout) as { summary: { violations: { rule: { name: string }; from: string }[] } };
    return report.summary.violations.map(({ rule, from }) => `${rule.name}: ${from}`);
  } catch {
    throw new Error(`dependency-cruiser gave no report: ${stderr || stdout}`);
  }
}
