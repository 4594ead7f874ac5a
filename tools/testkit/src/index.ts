export { findProgram, provide } from '../../system-packages.mjs';
export { startDatabase, type TestDatabase } from './database.ts';
export {
  type DatabaseServer,
  type DatabaseServerOptions,
  DatabaseStartFailed,
  DatabaseUnavailable,
  startDatabaseServer,
} from './database-server.ts';
export { freeTcpPort, freeUdpPort, freeUdpPorts, NoFreePort } from './free-port.ts';
export { HOT_AT_EXIT } from './hot.ts';
export type { OutputLine } from './output.ts';
export {
  type Exit,
  type Finished,
  type LineOptions,
  LineTimeout,
  ProcessEnded,
  type RunOptions,
  runNode,
  runProcess,
  type SpawnedProcess,
  SpawnFailed,
  type SpawnOptions,
  spawnNode,
  spawnProcess,
} from './process.ts';
export { type TempDir, tempDir } from './temp-dir.ts';
