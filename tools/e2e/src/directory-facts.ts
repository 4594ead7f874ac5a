import { type DatabaseContent, databaseStatus, type OpenDirectory, openDirectory } from '@p2pimg/directory';

/** A directory, read past all servers. */
export interface DirectoryFacts {
  /** Rows by kind. */
  readonly rows: DatabaseContent;
  /** All image ids that clients with these numbers offer. */
  readonly images: ReadonlyMap<number, readonly string[]>;
}

const PAGE = 200;

/** Reads a directory by its own interface, in this process. */
export async function readDirectory(url: string, clientIds: readonly number[]): Promise<DirectoryFacts> {
  const { content } = await databaseStatus(url);
  if (content === undefined) throw new Error('the directory has no tables');
  const directory = await openDirectory(url);
  try {
    const images = new Map<number, readonly string[]>();
    for (const clientId of clientIds) images.set(clientId, await everyImage(directory, clientId));
    return { rows: content, images };
  } finally {
    await directory.close();
  }
}

/** Reads the whole list, page by page. */
export async function everyImage(directory: OpenDirectory, ownerId: number): Promise<readonly string[]> {
  const images: string[] = [];
  for (;;) {
    const last = images.at(-1);
    const page = await directory.listImages({
      ownerId,
      limit: PAGE,
      ...(last === undefined ? {} : { afterImageId: last }),
    });
    images.push(...page.items);
    if (!page.more) return images;
  }
}
