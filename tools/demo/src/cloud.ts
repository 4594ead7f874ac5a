/** Three servers as processes on loopback: the programs that an operator starts, nothing else. */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freeTcpPort, freeUdpPorts, type SpawnedProcess, spawnNode } from '@p2pimg/testkit';
import { initLocalCloud } from '../../../apps/server/src/operator/init-local.ts';

const PROGRAM = fileURLToPath(new URL('../../../apps/server/src/main.ts', import.meta.url));
const COVERS = fileURLToPath(new URL('../assets/covers', import.meta.url));
const READY_WITHIN_MS = 60_000;
const POLL_MS = 50;

/** A server's choice of a handler, out of its log. */
export interface Choice {
  readonly request: string;
  readonly handler: string;
  readonly by: string;
}

export interface DemoServer {
  readonly id: string;
  readonly pid: number;
  readonly statusUrl: string;
}

export interface DemoCloud {
  readonly manifestPath: string;
  readonly coverName: string;
  readonly coverPath: string;
  servers(): readonly DemoServer[];
  /** Who leads, as the first server that answers sees it. */
  leader(): Promise<string | undefined>;
  /** SIGKILL. */
  kill(id: string): Promise<void>;
  restart(id: string): Promise<void>;
  /** What the servers have logged since the start: choices of handlers, turns of the failure token. */
  choices(): readonly Choice[];
  turns(): readonly string[];
  close(): Promise<void>;
}

interface Running {
  readonly id: string;
  readonly statusUrl: string;
  readonly start: () => Promise<SpawnedProcess>;
  process: SpawnedProcess;
  /** Output of processes that are gone. */
  earlier: string;
}

export async function startCloud(folder: string, servers = 3): Promise<DemoCloud> {
  const ports = await freeUdpPorts(2 * servers);
  const statusPorts = await Promise.all(Array.from({ length: servers }, () => freeTcpPort()));
  const cloud = await initLocalCloud({
    folder,
    servers: statusPorts.map((statusPort, i) => ({
      host: '127.0.0.1',
      clientPort: ports[2 * i]!,
      peerPort: ports[2 * i + 1]!,
      statusPort,
    })),
    settings: {
      covers: { folder: COVERS, default: 'coffee' },
      log: { level: 'info', format: 'json' },
      failureToken: { enabled: true, downMs: 1_500, intervalMs: 3_000 },
    },
  });
  const running = new Map<string, Running>();
  await Promise.all(
    cloud.servers.map(async ({ id, settingsPath, statusPort }) => {
      const start = (): Promise<SpawnedProcess> => spawnNode(PROGRAM, ['run', '--config', settingsPath]);
      const statusUrl = `http://127.0.0.1:${statusPort}`;
      running.set(id, { id, statusUrl, start, process: await start(), earlier: '' });
    }),
  );
  const all = (): Running[] => [...running.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const get = (id: string): Running => {
    const server = running.get(id);
    if (server === undefined) throw new RangeError(`there is no server ${id}`);
    return server;
  };
  const close = async (): Promise<void> => {
    await Promise.all(all().map((server) => server.process.stop()));
  };
  try {
    await Promise.all(all().map(ready));
  } catch (error) {
    await close();
    throw error;
  }
  const log = (): LogLine[] => all().flatMap((server) => parseLog(server.earlier + server.process.stdout));

  return {
    manifestPath: cloud.manifestPath,
    coverName: 'coffee',
    coverPath: join(COVERS, 'coffee.jpg'),
    servers: () => all().map(({ id, statusUrl, process }) => ({ id, statusUrl, pid: process.pid })),
    leader: async () => {
      for (const { statusUrl } of all()) {
        const status = (await fetchJson(`${statusUrl}/statusz`)) as
          | { readonly group?: { readonly leader?: string } }
          | undefined;
        if (status?.group?.leader !== undefined) return status.group.leader;
      }
      return undefined;
    },
    kill: async (id) => {
      await get(id).process.stop();
    },
    restart: async (id) => {
      const server = get(id);
      server.earlier += server.process.stdout;
      server.process = await server.start();
      await ready(server);
    },
    choices: () =>
      log().flatMap(({ msg, handler, by }) =>
        handler === undefined || by === undefined ? [] : [{ request: msg.split(':')[0] ?? '', handler, by }],
      ),
    turns: () => log().flatMap(({ msg, server }) => (msg.startsWith('plays dead') ? [server] : [])),
    close,
  };
}

/** Resolves when the server says that it may be given work, or plays dead (it was ready before). */
async function ready({ id, statusUrl, process }: Running): Promise<void> {
  const until = performance.now() + READY_WITHIN_MS;
  let ended: string | undefined;
  void process.exited.then(({ code, signal }) => {
    ended = `server ${id} ended (${signal ?? code}): ${process.stderr || process.stdout}`;
  });
  while (performance.now() < until) {
    if (ended !== undefined) throw new Error(ended);
    const answer = await fetch(`${statusUrl}/readyz`).catch(() => undefined); // not listening yet
    if (answer?.ok || (await answer?.text())?.startsWith('plays dead')) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`server ${id} was not ready within ${READY_WITHIN_MS / 1000} s: ${process.stderr || process.stdout}`);
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url).catch(() => undefined); // that server is gone: the next one is asked
  return answer?.json();
}

interface LogLine {
  readonly msg: string;
  readonly server: string;
  readonly handler?: string;
  readonly by?: string;
}

function parseLog(text: string): LogLine[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      return [JSON.parse(line) as LogLine];
    } catch {
      return []; // the last line of a process that was killed
    }
  });
}
