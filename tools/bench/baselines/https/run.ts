/** The same job over HTTPS: three servers with fastify, three clients in turns, one directory. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { migrate } from '@p2pimg/directory';
import { type SpawnedProcess, spawnNode, startDatabase, tempDir } from '@p2pimg/testkit';
import { generate } from 'selfsigned';
import { ClientProcess } from '../../src/cloud/client-process.ts';
import { askAll, type CommonReport, measure } from '../../src/cloud/measure.ts';
import type { CloudBenchOptions } from '../../src/cloud/options.ts';
import type { Encoder } from './embedding.ts';

const SERVER_PROGRAM = fileURLToPath(new URL('./server-program.ts', import.meta.url));
const CLIENT_PROGRAM = new URL('./client-program.ts', import.meta.url);

export async function runHttpsBench(options: CloudBenchOptions, encoder: Encoder): Promise<CommonReport> {
  await using stack = new AsyncDisposableStack();
  const dir = stack.use(await tempDir('p2pimg-https-', options.folder));
  const directoryUrl =
    options.directory === 'mysql' ? stack.use(await startDatabase()).url : `sqlite://${dir.at('directory.sqlite')}`;
  await migrate(directoryUrl);
  const { keyFile, certificateFile } = await writeCertificate(dir.path);
  const servers: { readonly process: SpawnedProcess; readonly port: string }[] = [];
  for (let i = 0; i < options.servers; i++) {
    const process = stack.use(await spawnNode(SERVER_PROGRAM, [directoryUrl, keyFile, certificateFile, encoder]));
    const line = await process.line(/^ready /);
    servers.push({ process, port: line.split(' ')[1] ?? '' });
  }
  const ports = servers.map(({ port }) => port);
  const clients: ClientProcess[] = [];
  for (let i = 0; i < options.clients; i++) {
    const args = [dir.at(`client-${i + 1}`), directoryUrl, certificateFile, ...ports];
    const client = await ClientProcess.start(CLIENT_PROGRAM, args);
    stack.defer(() => client.kill());
    clients.push(client);
  }
  if (options.warmUp > 0) await askAll(clients, options, options.warmUp, 'warm');
  const watched = [
    ...servers.map(({ process }, i) => ({ name: `s${i + 1}`, pid: process.pid })),
    ...clients.map(({ pid }, i) => ({ name: `client ${i + 1}`, pid })),
  ];
  return await measure(watched, () => askAll(clients, options, options.n, 'pic'));
}

async function writeCertificate(
  folder: string,
): Promise<{ readonly keyFile: string; readonly certificateFile: string }> {
  const made = await generate([{ name: 'commonName', value: 'localhost' }], { keyType: 'ec', curve: 'P-256' });
  const [keyFile, certificateFile] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  await writeFile(keyFile, made.private, { mode: 0o600 });
  await writeFile(certificateFile, made.cert);
  return { keyFile, certificateFile };
}
