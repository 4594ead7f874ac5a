import { fileURLToPath } from 'node:url';
import { freeTcpPort, freeUdpPorts, type SpawnedProcess, spawnNode, type TempDir, tempDir } from '@p2pimg/testkit';
import { initLocalCloud, type LocalCloud, type LocalCloudOptions } from '../../src/operator/init-local.ts';

export const MAIN: string = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** A cloud of real processes in a folder of its own. */
export interface TestCloud extends AsyncDisposable {
  readonly dir: TempDir;
  readonly cloud: LocalCloud;
  readonly servers: readonly SpawnedProcess[];
  /** @param main another program than `MAIN` */
  start(index: number, main?: string, environment?: Readonly<Record<string, string>>): Promise<SpawnedProcess>;
  /** The page of `/statusz` of one server. */
  status(index: number): Promise<Record<string, never> & { readonly counters: Record<string, number> }>;
}

export async function startCloud(count: number, settings: LocalCloudOptions['settings'] = {}): Promise<TestCloud> {
  const dir = await tempDir();
  const places = [];
  for (let i = 0; i < count; i++) {
    const [clientPort = 0, peerPort = 0] = await freeUdpPorts(2);
    places.push({ host: '127.0.0.1', clientPort, peerPort, statusPort: await freeTcpPort() });
  }
  const cloud = await initLocalCloud({ folder: dir.path, servers: places, settings });
  const servers: SpawnedProcess[] = [];
  const start: TestCloud['start'] = async (index, main = MAIN, env = {}) => {
    const server = await spawnNode(main, ['run', '--config', cloud.servers[index]?.settingsPath ?? ''], { env });
    servers[index] = server;
    return server;
  };
  await Promise.all(Array.from({ length: count }, (_, i) => start(i)));
  const wanted = new RegExp(`group: ${Array.from({ length: count }, () => 's\\d+').join(' > ')}`);
  await Promise.all(servers.map((server) => server.line(wanted, { timeoutMs: 60_000 })));
  return {
    dir,
    cloud,
    servers,
    start,
    status: async (index) => {
      const response = await fetch(`http://127.0.0.1:${cloud.servers[index]?.statusPort}/statusz`);
      return (await response.json()) as Awaited<ReturnType<TestCloud['status']>>;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await dir.remove();
    },
  };
}
