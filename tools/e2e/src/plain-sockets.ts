/**
 * For programs that are preloaded into others (`--import`): without `node:ffi` a process binds its ports and sends its datagrams by
 * `node:dgram` alone, where that can be seen.
 */

import process from 'node:process';

const { getBuiltinModule } = process;
process.getBuiltinModule = ((name: string) =>
  name === 'node:ffi' ? undefined : getBuiltinModule(name)) as typeof getBuiltinModule;
