import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadFfi } from '../../src/node/ffi.ts';
import type { LinkConditions } from './conditions.ts';

/** The two ends of the link. */
export const HOSTS = { near: '10.77.0.1', far: '10.77.0.2' } as const;
export type End = keyof typeof HOSTS;

/** Why no link can be made here, or undefined if one can. */
export function whyNoLink(): string | undefined {
  if (process.platform !== 'linux') return 'TUN devices need Linux';
  if (process.getuid?.() !== 0) return 'TUN devices and network namespaces need root';
  if (loadFfi() === undefined) return 'TUN devices need node:ffi (Node 26)';
  try {
    accessSync('/dev/net/tun', constants.R_OK | constants.W_OK);
    ip('netns', 'list');
  } catch {
    return 'there is no /dev/net/tun or no ip(8)';
  }
  return undefined;
}

const ip = (...args: string[]): string =>
  execFileSync('ip', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

let links = 0;

/** Two network namespaces, and an emulated link between them. Always close it. */
export class Link {
  readonly #name: string;
  readonly #emulator: ChildProcess;
  readonly #children: ChildProcess[] = [];

  private constructor(name: string, emulator: ChildProcess) {
    this.#name = name;
    this.#emulator = emulator;
  }

  /** @throws when `whyNoLink` would have said why. */
  static async open(conditions: LinkConditions, seed: number): Promise<Link> {
    const name = `p2p${process.pid}x${links++}`;
    const script = fileURLToPath(new URL('./emulator.ts', import.meta.url));
    const args = [
      ...process.execArgv,
      '--no-warnings',
      script,
      `${name}n`,
      `${name}f`,
      JSON.stringify(conditions),
      `${seed}`,
    ];
    const emulator = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const link = new Link(name, emulator);
    try {
      const up = once(emulator.stdout!, 'data');
      await Promise.race([up, once(emulator, 'exit').then(() => Promise.reject(new Error('the emulated link ended')))]);
      for (const end of ['near', 'far'] as const) link.#attach(end);
      return link;
    } catch (error) {
      await link.close();
      throw error;
    }
  }

  /** Runs a module at one end, with a channel for messages. */
  run(end: End, module: URL, args: readonly string[]): ChildProcess {
    const node = [process.execPath, ...process.execArgv, fileURLToPath(module), ...args];
    const child = spawn('ip', ['netns', 'exec', this.#namespace(end), ...node], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#children, this.#emulator].map(kill));
    for (const end of ['near', 'far'] as const) {
      try {
        ip('netns', 'delete', this.#namespace(end));
      } catch {
        // It was never made.
      }
    }
  }

  #namespace(end: End): string {
    return `${this.#name}-${end}`;
  }

  #attach(end: End): void {
    const namespace = this.#namespace(end);
    const device = `${this.#name}${end === 'near' ? 'n' : 'f'}`;
    ip('netns', 'add', namespace);
    ip('link', 'set', device, 'netns', namespace);
    ip('-n', namespace, 'link', 'set', 'lo', 'up');
    ip('-n', namespace, 'addr', 'add', `${HOSTS[end]}/24`, 'dev', device);
    ip('-n', namespace, 'link', 'set', device, 'up', 'txqueuelen', '2000');
  }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
