// npm start and npm test: brings the pinned pnpm, Node and packages, then runs the command on them.
// Needs nothing but a Node ≥ 18 with npm; has no dependency itself.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE = 18;
const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CACHE = join(ROOT, '.cache');
const STATE = join(CACHE, 'bootstrap.json');
const NODE = join(ROOT, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

const RUNNING = ['p2pimg-monorepo', 'p2pimg...', 'p2pimg-server...', '@p2pimg/demo...'];
const RUNNING_ONLY = ['--prod', ...RUNNING.flatMap((name) => ['--filter', name])];
/** What each command runs, and what it needs installed: `part` of the workspace, or all of it. */
const COMMANDS = {
  start: { file: 'tools/demo/src/main.ts', args: [], part: 'running' },
  test: { file: 'tools/test.ts', args: [], part: 'everything' },
  'test:long': { file: 'tools/test.ts', args: ['--long'], part: 'everything' },
};

// Short retries: without a network the reader should know within seconds.
const PATIENCE = ['--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000'];
const CAUSES = [
  {
    pattern: /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT/,
    advice:
      'The package registry cannot be reached. The first run needs it: check the network, and the proxy or registry that `npm config list` shows.',
  },
  {
    pattern: /ERR_PNPM_OUTDATED_LOCKFILE/,
    advice: 'A package.json and pnpm-lock.yaml disagree: run `pnpm install` and commit both.',
  },
  { pattern: /ENOSPC/, advice: 'The disk is full: the packages need about 600 MB.' },
  { pattern: /EACCES|EROFS|EPERM/, advice: `A folder cannot be written: check who owns ${ROOT} and your home folder.` },
];

/** A failure that the reader can do something about: printed as it is, without a stack. */
class SetUpFailed extends Error {}

/** @param {string | undefined} name @param {string[]} args @returns {Promise<number>} the exit code */
async function main(name, args) {
  const command = name !== undefined && Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new SetUpFailed(`usage: node tools/bootstrap.mjs ${Object.keys(COMMANDS).join('|')} [arguments]`);
  const { packageManager } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const pnpm = pnpmAt(packageManager.replace(/\+.*/, ''));
  await setUp(command, pnpm);
  return run([pnpm.bin], NODE, ['--conditions=@p2pimg/source', join(ROOT, command.file), ...command.args, ...args]);
}

/** The pinned package manager, in a folder of this repository. @param {string} spec such as `pnpm@10.34.9` */
function pnpmAt(spec) {
  const folder = join(CACHE, spec.replace('@', '-'));
  const modules = join(folder, 'node_modules');
  return { spec, folder, bin: join(modules, '.bin'), script: join(modules, 'pnpm', 'bin', 'pnpm.cjs') };
}

/** @typedef {ReturnType<typeof pnpmAt>} Pnpm */

/** @param {{ part: string }} command @param {Pnpm} pnpm */
async function setUp(command, pnpm) {
  // Whoever has the development packages keeps them: a smaller install would take them away.
  const part = hasDevelopmentPackages() ? 'everything' : command.part;
  const fingerprint = createHash('sha256')
    .update(`${pnpm.spec} ${process.platform} ${process.arch}\n`)
    .update(readFileSync(join(ROOT, 'pnpm-lock.yaml')))
    .digest('hex');
  if (existsSync(pnpm.script) && isInstalled(fingerprint, part)) return;

  requireWritable();
  await providePnpm(pnpm);
  await step('Installing packages', process.execPath, [
    ...[pnpm.script, 'install', '--frozen-lockfile', '--reporter=append-only', '--config.confirm-modules-purge=false'],
    ...PATIENCE,
    ...(part === 'everything' ? [] : RUNNING_ONLY),
  ]);
  if (!existsSync(NODE)) {
    throw new SetUpFailed(
      `The packages are installed, but not the pinned Node (${NODE}): delete node_modules and try again.`,
    );
  }
  writeFileSync(STATE, JSON.stringify({ fingerprint, part }));
}

/** @param {string} fingerprint @param {string} part */
function isInstalled(fingerprint, part) {
  if (!existsSync(NODE) || !existsSync(STATE)) return false;
  try {
    const state = JSON.parse(readFileSync(STATE, 'utf8'));
    return state.fingerprint === fingerprint && (state.part === part || state.part === 'everything');
  } catch {
    return false; // cut short while it was written: install again
  }
}

/** What pnpm wrote down about the packages that are there. */
function hasDevelopmentPackages() {
  const record = join(ROOT, 'node_modules', '.modules.yaml');
  return existsSync(record) && /"?devDependencies"?: true/.test(readFileSync(record, 'utf8'));
}

function requireWritable() {
  try {
    mkdirSync(CACHE, { recursive: true });
    accessSync(ROOT, constants.W_OK);
    accessSync(CACHE, constants.W_OK);
  } catch (error) {
    throw new SetUpFailed(
      `${ROOT} cannot be written (${error.code}), and packages are installed there: use a copy in a folder of your own.`,
    );
  }
}

/** @param {Pnpm} pnpm */
async function providePnpm({ spec, folder, script }) {
  if (existsSync(script)) return;
  const install = ['install', '--prefix', folder, '--no-save', '--no-package-lock', '--no-audit', '--no-fund'];
  await step(`Getting ${spec}`, ...npm(), ...install, '--ignore-scripts', ...PATIENCE, spec);
}

/** @returns {[string, ...string[]]} how to call the npm that started us, or else the one on the PATH */
function npm() {
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? [process.execPath, script] : ['npm'];
}

/**
 * One step of the set-up: its name, its progress on a terminal, its time; its output only when it fails.
 * @param {string} title @param {string} command @param {...(string | string[])} args
 */
async function step(title, command, ...args) {
  const started = Date.now();
  const seconds = () => `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const terminal = process.stderr.isTTY;
  process.stderr.write(terminal ? `${title} …` : `${title} …\n`);
  let output = '';
  const child = spawn(command, args.flat(), { cwd: ROOT, env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  const keep = (/** @type {Buffer} */ data) => {
    output += data.toString('utf8');
    const progress = output.match(/Progress: [^\n]*/g)?.pop();
    if (terminal) process.stderr.write(`\r\x1b[K${title} … ${seconds()}${progress ? `  ${progress.slice(10)}` : ''}`);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
    child.on('error', (error) => {
      output += error.message;
      resolve(1);
    });
  });
  process.stderr.write(terminal ? `\r\x1b[K${title}: ${seconds()}\n` : `${title}: ${seconds()}\n`);
  if (code !== 0) throw new SetUpFailed(explain(title, output));
}

/** @param {string} title @param {string} output */
function explain(title, output) {
  const telling = output
    .split('\n')
    .filter((line) => line.trim() !== '' && !/Unsupported engine|npm warn|^Progress/.test(line));
  const cause = CAUSES.find(({ pattern }) => pattern.test(output));
  const shown = cause ? telling.filter((line) => cause.pattern.test(line)).slice(0, 2) : telling.slice(-15);
  return [`${title} failed:`, ...shown.map((line) => `  ${line.trim()}`), ...(cause ? [cause.advice] : [])].join('\n');
}

/** Caches go into the repository when there is no home folder to keep them in. */
function environment() {
  if (isWritable(homedir())) return process.env;
  const home = {
    HOME: join(CACHE, 'home'),
    npm_config_cache: join(CACHE, 'npm'),
    npm_config_store_dir: join(CACHE, 'store'),
  };
  mkdirSync(home.HOME, { recursive: true });
  return { ...process.env, ...home };
}

/** @param {string} folder */
function isWritable(folder) {
  try {
    accessSync(folder, constants.W_OK);
    return folder !== '/';
  } catch {
    return false;
  }
}

/**
 * Runs the command in our place: same terminal, our signals, its exit code. It finds the pinned programs first.
 * @param {string[]} folders @param {string} program @param {string[]} args @returns {Promise<number>}
 */
function run(folders, program, args) {
  const path = [join(ROOT, 'node_modules', '.bin'), ...folders, process.env.PATH].filter(Boolean).join(delimiter);
  const child = spawn(program, args, { cwd: ROOT, env: { ...environment(), PATH: path }, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    // A terminal sends Ctrl-C to the child as well: then it is enough to wait for it.
    process.on(signal, () => (signal === 'SIGINT' && process.stdin.isTTY) || child.kill(signal));
  }
  return new Promise((resolve, reject) => {
    child.on('error', (error) =>
      reject(new SetUpFailed(`The pinned Node cannot be run (${error.message}): delete node_modules and try again.`)),
    );
    child.on('close', (code, signal) => {
      if (signal === null) return resolve(code ?? 1);
      process.removeAllListeners(signal);
      return process.kill(process.pid, signal);
    });
  });
}

const major = Number(process.versions.node.split('.')[0]);
if (major < OLDEST_NODE) {
  process.stderr.write(
    `p2pimg needs Node ${OLDEST_NODE} or later to set itself up; this is ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else {
  const [name, ...args] = process.argv.slice(2);
  main(name, args).then(
    (code) => {
      process.exitCode = code;
    },
    (error) => {
      process.stderr.write(`${error instanceof SetUpFailed ? error.message : (error?.stack ?? error)}\n`);
      process.exitCode = 1;
    },
  );
}
