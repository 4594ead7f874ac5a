import { copyFile, readFile, writeFile } from 'node:fs/promises';
import {
  addServer,
  generateSignPair,
  type Manifest,
  nodeSuite,
  openManifest,
  readRootKey,
  removeServer,
  signManifest,
} from '@p2pimg/identity';
import test from 'ava';
import { startCloud } from '../support/local-cloud.ts';
import { RawClient } from '../support/raw-client.ts';

test('S1 E1 E7 a server leaves the cloud and comes back by the manifest, and nobody else is started again', async (t) => {
  t.timeout(180_000);
  await using cloud = await startCloud(3);
  const { manifestPath } = cloud.cloud;
  await using client = await RawClient.open(manifestPath);
  const clientId = await client.register();
  const serves = async (): Promise<void> => {
    const { ack } = await client.call('list_images', { clientId, limit: 1 });
    t.is(ack.status, 'success');
  };
  const old = cloud.dir.at('old.manifest.json');
  await copyFile(manifestPath, old);
  const { manifest: three } = openManifest(nodeSuite, await readFile(manifestPath));
  const third = three.servers.find(({ id }) => id === 's3');
  if (third === undefined) return t.fail('no third server');
  const root = await readRootKey(cloud.dir.at('root.key'));
  const [first, second, leaving] = cloud.servers;
  if (first === undefined || second === undefined || leaving === undefined) return t.fail('no servers');
  const staying = [first, second];
  const put = (manifest: Manifest, signer = root): Promise<void> =>
    writeFile(manifestPath, signManifest(nodeSuite, manifest, signer));
  /** Gives the signal; resolves when both have said `line`. */
  const hup = async (line: RegExp | string): Promise<void> => {
    const seen = staying.map(({ lineCount }) => lineCount);
    for (const server of staying) server.signal('SIGHUP');
    await Promise.all(staying.map((server, i) => server.line(line, { after: seen[i]!, timeoutMs: 60_000 })));
  };

  const two = removeServer(three, 's3');
  await put(two);
  await hup(/group: s\d > s\d"/);
  leaving.signal('SIGTERM');
  t.is((await leaving.exited).code, 0);
  await serves();

  await copyFile(old, manifestPath);
  await hup('the manifest was not taken over: the manifest is older');
  await put(two, generateSignPair(nodeSuite));
  await hup('signed by another key');
  await writeFile(manifestPath, 'no manifest');
  await hup('the manifest was not taken over');
  await serves();

  await put(addServer(two, third));
  const seen = staying.map(({ lineCount }) => lineCount);
  await hup('goes on by manifest');
  const back = await cloud.start(2);
  await back.line('has joined the group', { timeoutMs: 60_000 });
  const whole = /group: s\d > s\d > s\d/;
  await Promise.all(staying.map((server, i) => server.line(whole, { after: seen[i]!, timeoutMs: 60_000 })));
  await serves();
});
