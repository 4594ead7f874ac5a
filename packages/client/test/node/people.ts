import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { type Client, type ClientConfig, type News, openClient } from '../../src/index.ts';
import { TinyCloud } from './tiny-cloud.ts';

/** A client with its news, which can be waited for; it can be ended and opened again. */
export class Person {
  readonly folder: string;
  readonly news: News[] = [];
  client!: Client;
  readonly #cloud: TinyCloud;
  #listeners: (() => void)[] = [];

  constructor(folder: string, cloud: TinyCloud) {
    this.folder = folder;
    this.#cloud = cloud;
  }

  async open(options: Partial<ClientConfig> = {}): Promise<Client> {
    const timers = { requestMs: 5_000, peerAckMs: 1_000, outboxMs: 200 };
    this.client = await openClient({
      profile: this.folder,
      manifest: this.#cloud.manifest,
      bind: { host: '127.0.0.1', port: 0 },
      timers,
      ...options,
    });
    this.client.onNews((news) => {
      this.news.push(news);
      for (const listener of this.#listeners.splice(0)) listener();
    });
    return this.client;
  }

  /** Resolves when some news makes it true, at once if it is. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#listeners.push(resolve));
  }

  /** The first news of that kind, past or to come. */
  async heard<K extends News['kind']>(kind: K): Promise<Extract<News, { kind: K }>> {
    for (;;) {
      const found = this.news.find((news) => news.kind === kind);
      if (found !== undefined) return found as Extract<News, { kind: K }>;
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }
}

/** A folder that is deleted after the test. */
export async function newFolder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'p2pimg-client-'));
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** A cloud and so many people, registered and signed in. @param coverSide as for {@link TinyCloud.start} */
export async function people(
  t: ExecutionContext,
  count: number,
  coverSide?: number,
): Promise<{ cloud: TinyCloud; people: Person[] }> {
  const cloud = await TinyCloud.start(2, coverSide);
  t.teardown(() => cloud.close());
  const all: Person[] = [];
  for (let i = 0; i < count; i++) {
    const folder = await mkdtemp(join(tmpdir(), 'p2pimg-client-'));
    const person = new Person(folder, cloud);
    await person.open();
    t.teardown(async () => {
      await person.client.close();
      await rm(folder, { recursive: true, force: true });
    });
    await person.client.register();
    await person.client.signIn();
    all.push(person);
  }
  return { cloud, people: all };
}

/** The smallest thing that is a picture, and some bytes behind it: 3 kB that must come back as they are. */
export function smallPicture(): Uint8Array {
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  return new Uint8Array(Buffer.concat([png, Buffer.alloc(3_000, 'picture ')]));
}
