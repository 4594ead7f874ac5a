import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that lives as long as a test: `await using dir = await tempDir()`, or `t.teardown(dir.remove)`. */
export interface TempDir extends AsyncDisposable {
  /** Absolute, with symbolic links resolved. */
  readonly path: string;
  /** The path of something inside it. */
  readonly at: (...parts: string[]) => string;
  /** Deletes it with all that is inside. May be called twice. */
  readonly remove: () => Promise<void>;
}

/** A fresh empty folder under `parent`, by default the system's temporary folder. The name stays short enough for unix sockets inside. */
export async function tempDir(prefix = 'p2pimg-', parent: string = tmpdir()): Promise<TempDir> {
  const path = await realpath(await mkdtemp(join(parent, prefix)));
  const remove = (): Promise<void> => rm(path, { recursive: true, force: true, maxRetries: 5 });
  return { path, at: (...parts) => join(path, ...parts), remove, [Symbol.asyncDispose]: remove };
}
