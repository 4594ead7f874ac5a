// The system packages that tests may need, and the one place that installs them. Runs on any Node ≥ 18, without dependencies.
//
//   node tools/system-packages.mjs mysql tmux     makes sure that these are there; says so before it installs anything
//
// Installing happens only as root on Debian or Ubuntu and only without P2PIMG_NO_INSTALL=1; no service is ever started.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * What a test can need: the files or commands that prove that it is there (all groups, any one of each group), and
 * the Debian packages that bring it.
 * @type {Readonly<Record<string, {what: string, proof: readonly (readonly string[])[], packages: readonly string[]}>>}
 */
export const NEEDS = {
  mysql: {
    what: 'a MariaDB or MySQL server program',
    proof: [['mariadbd', 'mysqld'], ['my_print_defaults']],
    packages: ['mariadb-server-core', 'mariadb-client-core'],
  },
  galera: {
    what: 'MariaDB with Galera',
    proof: [['mariadbd'], ['wsrep_sst_rsync'], ['rsync'], ['/usr/lib/galera/libgalera_smm.so']],
    packages: ['mariadb-server', 'galera-4', 'rsync'],
  },
  pngcheck: { what: 'pngcheck', proof: [['pngcheck']], packages: ['pngcheck'] },
  tmux: { what: 'a pseudo-terminal (tmux)', proof: [['tmux']], packages: ['tmux'] },
  chromium: { what: 'the Chromium browser', proof: [['chromium', 'chromium-browser']], packages: ['chromium'] },
};

const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
const POLICY_FILE = '/usr/sbin/policy-rc.d';
const POLICY_ASIDE = '/usr/sbin/policy-rc.d.p2pimg-aside';
const INSTALL_NOW = '--install-now';
const NO_SERVICE =
  '#!/bin/sh\n# Written by p2pimg while it installs packages for tests: no service is started.\nexit 101\n';

/** @type {Set<string>} */
const announced = new Set();

/**
 * The full path of the first of these programs that is installed, also in the system folders that a user's PATH lacks.
 * @param {...string} names command names, or absolute paths
 * @returns {string | undefined}
 */
export function findProgram(...names) {
  const folders = [...(process.env.PATH ?? '').split(delimiter).filter(Boolean), ...SYSTEM_FOLDERS];
  for (const name of names) {
    const found = name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name));
    const path = found.find((candidate) => existsSync(candidate));
    if (path !== undefined) return path;
  }
  return undefined;
}

/** @param {string} need a key of NEEDS */
export function isPresent(need) {
  return entry(need).proof.every((alternatives) => findProgram(...alternatives) !== undefined);
}

/**
 * Makes sure that the needs are there, installing what is missing when that is allowed and possible.
 * @param {readonly string[]} needs keys of NEEDS
 * @param {{ log?: (line: string) => void }} [options]
 * @returns {Promise<{need: string, reason: string}[]>} what is still missing, with what the reader can do about it
 */
export async function provide(needs, { log = (line) => process.stderr.write(`${line}\n`) } = {}) {
  const missing = needs.filter((need) => !isPresent(need));
  if (missing.length === 0) return [];
  const packages = packagesFor(missing).join(' ');
  const obstacle = obstacleToInstalling(packages);
  if (obstacle !== undefined) {
    return missing.map((need) => ({ need, reason: `${entry(need).what} is missing: ${obstacle}` }));
  }
  if (!announced.has(packages)) {
    announced.add(packages);
    log(`Installing Debian packages for tests: ${packages}`);
    log('(no service will be started; P2PIMG_NO_INSTALL=1 forbids this)');
  }
  const { output } = await installOneAtATime(missing);
  const failure = output || 'the packages lack it';
  return missing
    .filter((need) => !isPresent(need))
    .map((need) => ({ need, reason: `${entry(need).what} could not be installed: ${failure}` }));
}

/** @param {string} need */
function entry(need) {
  const found = Object.hasOwn(NEEDS, need) ? NEEDS[need] : undefined;
  if (found === undefined) throw new Error(`Unknown need "${need}": one of ${Object.keys(NEEDS).join(', ')}`);
  return found;
}

/** @param {readonly string[]} needs */
function packagesFor(needs) {
  return [...new Set(needs.flatMap((need) => entry(need).packages))];
}

/** @param {string} packages */
function obstacleToInstalling(packages) {
  if (process.env.P2PIMG_NO_INSTALL === '1') return `P2PIMG_NO_INSTALL=1 forbids installing ${packages}`;
  if (findProgram('apt-get') === undefined) {
    return `this is not Debian or Ubuntu, so install by hand what Debian calls ${packages}`;
  }
  if (process.getuid?.() !== 0) return `install it as root: sudo apt-get install ${packages}`;
  return undefined;
}

/** In a process of its own under a lock: apt-get update has none that waits. @param {readonly string[]} needs */
function installOneAtATime(needs) {
  const self = [process.execPath, fileURLToPath(import.meta.url), INSTALL_NOW, ...needs];
  const flock = findProgram('flock');
  return flock === undefined ? run(...self) : run(flock, '/var/lock/p2pimg-packages', ...self);
}

/** @param {readonly string[]} needs @returns {Promise<string>} why it failed, or nothing */
async function install(needs) {
  const packages = packagesFor(needs.filter((need) => !isPresent(need))); // the last holder of the lock may have brought it
  if (packages.length === 0) return '';
  const apt = [findProgram('apt-get') ?? 'apt-get', '-y', '-q', '-o', 'DPkg::Lock::Timeout=300'];
  const update = await run(...apt, 'update');
  const result = await run(...apt, 'install', '--no-install-recommends', ...packages);
  if (result.code === 0) return '';
  const why = result.output.trimEnd().split('\n').slice(-4).join('\n');
  return update.code === 0 ? why : `the package lists could not be refreshed either (no network?)\n${why}`;
}

/** @param {string[]} command @returns {Promise<{code: number, output: string}>} */
function run(...[command = '', ...args]) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l', LC_ALL: 'C.UTF-8' };
  return new Promise((resolve) => {
    const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    const keep = (/** @type {Buffer} */ data) => {
      output = (output + data.toString('utf8')).slice(-16_384);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (error) => resolve({ code: 1, output: error.message }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
async function withoutServices(work) {
  const existing = existsSync(POLICY_FILE);
  if (existing && spawnSync(POLICY_FILE, ['p2pimg', 'start']).status === 101) return work();
  if (existing) renameSync(POLICY_FILE, POLICY_ASIDE);
  writeFileSync(POLICY_FILE, NO_SERVICE, { mode: 0o755 });
  try {
    return await work();
  } finally {
    rmSync(POLICY_FILE, { force: true });
    if (existing) renameSync(POLICY_ASIDE, POLICY_FILE);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [first, ...rest] = process.argv.slice(2);
  const needs = first === INSTALL_NOW ? rest : process.argv.slice(2);
  if (needs.length === 0 || needs.some((need) => !Object.hasOwn(NEEDS, need))) {
    process.stderr.write(`usage: node tools/system-packages.mjs ${Object.keys(NEEDS).join('|')} …\n`);
    process.exitCode = 2;
  } else if (first === INSTALL_NOW) {
    const failure = await withoutServices(() => install(needs));
    process.stdout.write(failure);
    process.exitCode = failure === '' ? 0 : 1;
  } else {
    const missing = await provide(needs);
    for (const { reason } of missing) process.stderr.write(`${reason}\n`);
    process.exitCode = missing.length === 0 ? 0 : 1;
  }
}
