/** Clients of the story, driven through the library that the app uses. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, type News, openClient } from '@p2pimg/client';

const NEWS_WITHIN_MS = 20_000;

type NewsOf<K extends News['kind']> = Extract<News, { readonly kind: K }>;

export interface Person {
  readonly name: string;
  client: Client;
  /** The next news of a kind, already told or still to come; each is returned once. */
  next<K extends News['kind']>(kind: K): Promise<NewsOf<K>>;
  /** Closes the client as if the power had gone, or opens it again. */
  leave(): Promise<void>;
  comeBack(): Promise<void>;
}

export async function openPerson(name: string, folder: string, manifestPath: string): Promise<Person> {
  const manifest = await readFile(manifestPath);
  const told: News[] = [];
  let wake = Promise.withResolvers<void>();
  const open = async (): Promise<Client> => {
    const client = await openClient({
      profile: join(folder, name),
      manifest,
      bind: { host: '127.0.0.1', port: 0 },
    });
    client.onNews((news) => {
      told.push(news);
      wake.resolve();
      wake = Promise.withResolvers<void>();
    });
    return client;
  };
  const person: Person = {
    name,
    client: await open(),
    next: async <K extends News['kind']>(kind: K): Promise<NewsOf<K>> => {
      const late = AbortSignal.timeout(NEWS_WITHIN_MS);
      const tooLate = new Promise<never>((_, reject) => {
        late.addEventListener('abort', () => reject(new Error(`${name} waited for "${kind}" in vain`)), { once: true });
      });
      for (;;) {
        const at = told.findIndex((news) => news.kind === kind);
        if (at >= 0) return told.splice(at, 1)[0] as NewsOf<K>;
        await Promise.race([wake.promise, tooLate]);
      }
    },
    leave: () => person.client.close(),
    comeBack: async () => {
      person.client = await open();
    },
  };
  return person;
}
