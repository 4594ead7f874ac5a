import { directoryMethods } from './calls/calls.ts';
import { checkCall, checkPurgeLimit } from './calls/check.ts';
import type { Call } from './calls/types.ts';
import type { DirectoryMethod, OpenDirectory } from './interface.ts';

/** What runs checked calls: in this thread on MySQL, in a worker on SQLite. */
export interface CallRunner {
  readonly run: (method: DirectoryMethod | 'purge', call: object) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** A directory whose methods check their argument and pass it on as data. */
export function createDirectory(runner: CallRunner): OpenDirectory {
  const methods: Record<string, (call: never) => Promise<unknown>> = {};
  for (const method of directoryMethods) {
    methods[method] = async (call: Call<typeof method>) => runner.run(method, checkCall(method, call));
  }
  methods.purge = async ({ limit }: { readonly limit: number }) =>
    runner.run('purge', { limit: checkPurgeLimit(limit) });
  methods.close = () => runner.close();
  return methods as unknown as OpenDirectory;
}
