import { readFile } from 'node:fs/promises';
import { type Client, type ClientConfig, type News, openClient } from '@p2pimg/client';

/** News that have not come after this long never will: a test that hangs says for what. */
const NEWS_WITHIN_MS = 60_000;

export type NewsOf<K extends News['kind']> = Extract<News, { readonly kind: K }>;

export interface PersonOptions {
  readonly name: string;
  /** Of the profile; made when missing. */
  readonly profile: string;
  readonly manifestPath: string;
  readonly timers?: ClientConfig['timers'];
  /** Where peers find it; where it is bound when it is left out. */
  readonly advertise?: string;
}

/** Somebody with a client: in this process, driven through the library that the app uses. */
export interface Person extends AsyncDisposable {
  readonly name: string;
  readonly profile: string;
  readonly client: Client;
  /** The number of a client that is registered. */
  readonly id: number;
  /** The next news of a kind, already told or still to come; each is returned once. */
  next<K extends News['kind']>(kind: K): Promise<NewsOf<K>>;
  /** News of a kind that nobody has taken with `next`. */
  untaken<K extends News['kind']>(kind: K): readonly NewsOf<K>[];
  /** Closes the client without a word to the directory. */
  leave(): Promise<void>;
  /** Opens it again, on the same profile. */
  comeBack(): Promise<void>;
}

/** @throws what `openClient` throws */
export async function openPerson(options: PersonOptions): Promise<Person> {
  const { name, profile, manifestPath, timers, advertise } = options;
  const manifest = await readFile(manifestPath);
  const told: News[] = [];
  let wake = Promise.withResolvers<void>();
  const open = async (): Promise<Client> => {
    const opened = await openClient({
      profile,
      manifest,
      bind: { host: '127.0.0.1', port: 0 },
      ...(timers === undefined ? {} : { timers }),
      ...(advertise === undefined ? {} : { advertise }),
    });
    opened.onNews((news) => {
      told.push(news);
      wake.resolve();
      wake = Promise.withResolvers<void>();
    });
    return opened;
  };
  let client = await open();
  const leave = (): Promise<void> => client.close();
  return {
    name,
    profile,
    get client() {
      return client;
    },
    get id() {
      if (client.clientId === undefined) throw new Error(`${name} is not registered yet`);
      return client.clientId;
    },
    next: async <K extends News['kind']>(kind: K): Promise<NewsOf<K>> => {
      const tooLate = Promise.withResolvers<never>();
      const timer = setTimeout(() => tooLate.reject(new Error(`${name} waited for "${kind}" in vain`)), NEWS_WITHIN_MS);
      try {
        for (;;) {
          const at = told.findIndex((news) => news.kind === kind);
          if (at >= 0) return told.splice(at, 1)[0] as NewsOf<K>;
          await Promise.race([wake.promise, tooLate.promise]);
        }
      } finally {
        clearTimeout(timer);
      }
    },
    untaken: <K extends News['kind']>(kind: K) => told.filter((news): news is NewsOf<K> => news.kind === kind),
    leave,
    comeBack: async () => {
      client = await open();
    },
    [Symbol.asyncDispose]: leave,
  };
}
