import { fileURLToPath } from 'node:url';
import { freeTcpPort, runNode, type SpawnedProcess, type SpawnOptions, spawnNode, tempDir } from '@p2pimg/testkit';
import type { ExecutionContext } from 'ava';

const SERVER = fileURLToPath(new URL('../../../server/src/main.ts', import.meta.url));
const CLIENT = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
export const PUPPY: string = fileURLToPath(new URL('../../../../tools/demo/assets/puppy.jpg', import.meta.url));

export interface LocalCloud {
  readonly manifest: string;
  readonly servers: ReadonlyMap<string, SpawnedProcess>;
  /** A fresh folder for somebody's profile. */
  readonly profile: (name: string) => string;
}

/** Three real servers on loopback with an embedded directory. */
export async function localCloud(t: ExecutionContext): Promise<LocalCloud> {
  const dir = await tempDir();
  t.teardown(dir.remove);
  const base = Math.min(31_900, await freeTcpPort());
  const made = await runNode(SERVER, ['init-local', '--dir', dir.at('cloud'), '--base-port', String(base)]);
  if (made.code !== 0) throw new Error(made.stderr);
  const servers = new Map<string, SpawnedProcess>();
  for (const id of ['s1', 's2', 's3']) {
    const server = await spawnNode(SERVER, ['run', '--config', dir.at('cloud', `${id}.toml`)]);
    t.teardown(server.stop);
    servers.set(id, server);
  }
  const ready = { timeoutMs: 120_000 }; // on a machine with much else to do
  await Promise.all([...servers.values()].map((server) => server.line(/serves clients/, ready)));
  return { manifest: dir.at('cloud', 'cloud.manifest.json'), servers, profile: (name) => dir.at(name) };
}

export interface Said {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What `--json` printed. */
  readonly json: Record<string, unknown>;
}

/** One person at the command line. */
export class Person {
  readonly cloud: LocalCloud;
  readonly profile: string;

  constructor(cloud: LocalCloud, name: string) {
    this.cloud = cloud;
    this.profile = cloud.profile(name);
  }

  get flags(): readonly string[] {
    return [
      '--profile',
      this.profile,
      '--manifest',
      this.cloud.manifest,
      '--bind-host',
      '127.0.0.1',
      '--timeout',
      '30',
    ];
  }

  /** Runs one command with `--json`. */
  say(...args: readonly string[]): Promise<Said> {
    return this.sayWith({}, ...args);
  }

  async sayWith(options: SpawnOptions, ...args: readonly string[]): Promise<Said> {
    const { code, stdout, stderr } = await runNode(CLIENT, [...this.flags, '--json', ...args], options);
    return { code, stdout, stderr, json: stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>) };
  }

  /** Starts a command that is not waited for, for people. */
  async start(t: ExecutionContext, ...args: readonly string[]): Promise<SpawnedProcess> {
    const started = await spawnNode(CLIENT, [...this.flags, ...args]);
    t.teardown(started.stop);
    return started;
  }

  /** Starts the daemon and waits until it is online. */
  async daemon(t: ExecutionContext): Promise<SpawnedProcess> {
    const daemon = await this.start(t, 'daemon');
    await daemon.line(/is online|Waiting/, { timeoutMs: 120_000 });
    return daemon;
  }

  /** The shell command that starts the menu. */
  get menuCommand(): string {
    return this.commandLine();
  }

  /** The shell command of a command. */
  commandLine(...args: readonly string[]): string {
    return [process.execPath, '--conditions=@p2pimg/source', CLIENT, ...this.flags, ...args]
      .map((word) => `'${word}'`)
      .join(' ');
  }
}

/** Asks until it is so; gives up after half a minute. */
export async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + 30_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > end) throw new Error('it did not come about');
  }
}
