/** Servers as processes on loopback: the programs that an operator starts, nothing else. */

import { join } from 'node:path';
import { freeTcpPort, freeUdpPorts } from '@p2pimg/testkit';
import { initLocalCloud, type LocalCloudOptions } from '../../../apps/server/src/operator/init-local.ts';
import { eventually } from './eventually.ts';
import { type Environment, type LogLine, ServerProcess } from './server-process.ts';

export interface CloudOptions {
  /** Made when missing; keys, settings and, without `directoryUrl`, an SQLite directory are kept there. */
  readonly folder: string;
  /** How many (default 3): s1, s2 … */
  readonly servers?: number;
  /** A migrated directory. */
  readonly directoryUrl?: string;
  /** Further settings for all servers, by TOML table. Logs are JSON at level info, unless this says otherwise. */
  readonly settings?: LocalCloudOptions['settings'];
  /** Added to each server's environment. */
  readonly environment?: (server: string) => Environment;
  /** Servers run as they are built (default: from their sources). */
  readonly built?: boolean;
}

/** A server's choice of a handler, out of its log. */
export interface Choice {
  /** The request's type. */
  readonly request: string;
  readonly requestId: string;
  readonly handler: string;
  readonly by: string;
  /** Whose log it is. */
  readonly server: string;
}

export interface Cloud extends AsyncDisposable {
  readonly manifestPath: string;
  readonly directoryUrl: string;
  /** In the order of their ids. */
  readonly servers: readonly ServerProcess[];
  server(id: string): ServerProcess;
  /** Who leads, as the first server that answers sees it. */
  leader(): Promise<string | undefined>;
  /** Resolves when these servers (default: all) see each other alive, and nobody else, under one leader. */
  agreed(ids?: readonly string[]): Promise<void>;
  /** What all servers have logged, in the order of their ids. */
  log(): readonly LogLine[];
  choices(): readonly Choice[];
  /** Ends all servers by SIGKILL. */
  close(): Promise<void>;
}

/** Resolves when all servers are ready. @throws Error with the words of a server that has ended instead */
export async function startCloud(options: CloudOptions): Promise<Cloud> {
  const { folder, servers: count = 3, directoryUrl, settings, environment, built = false } = options;
  const url = directoryUrl ?? `sqlite://${join(folder, 'directory.sqlite')}`;
  const ports = await freeUdpPorts(2 * count);
  const statusPorts = await Promise.all(Array.from({ length: count }, () => freeTcpPort()));
  const { manifestPath, servers: described } = await initLocalCloud({
    folder,
    servers: statusPorts.map((statusPort, i) => ({
      host: '127.0.0.1',
      clientPort: ports[2 * i]!,
      peerPort: ports[2 * i + 1]!,
      statusPort,
    })),
    directoryUrl: url,
    settings: { ...settings, log: { level: 'info', format: 'json', ...settings?.log } },
  });
  const servers = await Promise.all(
    described.map((files) => ServerProcess.start({ ...files, built }, environment?.(files.id))),
  );
  const cloud = new RunningCloud(manifestPath, url, servers);
  try {
    await Promise.all(servers.map((server) => server.ready()));
  } catch (error) {
    await cloud.close();
    throw error;
  }
  return cloud;
}

class RunningCloud implements Cloud {
  readonly manifestPath: string;
  readonly directoryUrl: string;
  readonly servers: readonly ServerProcess[];

  constructor(manifestPath: string, directoryUrl: string, servers: readonly ServerProcess[]) {
    this.manifestPath = manifestPath;
    this.directoryUrl = directoryUrl;
    this.servers = servers;
  }

  server(id: string): ServerProcess {
    const server = this.servers.find((one) => one.id === id);
    if (server === undefined) throw new RangeError(`there is no server ${id}`);
    return server;
  }

  async leader(): Promise<string | undefined> {
    for (const server of this.servers) {
      const leader = (await server.status())?.group.leader;
      if (leader !== undefined) return leader;
    }
    return undefined;
  }

  async agreed(ids: readonly string[] = this.servers.map(({ id }) => id)): Promise<void> {
    const wanted = [...ids].sort().join();
    await eventually(`${wanted} agree on who is there`, async () => {
      const views = await Promise.all(ids.map((id) => this.server(id).status()));
      const leaders = new Set(views.map((view) => view?.group.leader));
      const groups = views.map((view) =>
        view?.group.members
          .filter(({ state }) => state === 'alive')
          .map(({ id }) => id)
          .sort()
          .join(),
      );
      return leaders.size === 1 && ids.includes([...leaders][0] ?? '') && groups.every((group) => group === wanted);
    });
  }

  log(): readonly LogLine[] {
    return this.servers.flatMap((server) => server.log());
  }

  choices(): readonly Choice[] {
    return this.log().flatMap(({ msg, requestId, handler, by, server }) =>
      requestId === undefined || handler === undefined || by === undefined
        ? []
        : [{ request: msg.split(':')[0] ?? '', requestId, handler, by, server }],
    );
  }

  async close(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
