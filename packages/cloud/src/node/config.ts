import type { ElectionTiming, Policy } from '@p2pimg/election';
import type { Manifest, ServerSecrets } from '@p2pimg/identity';
import type { Address } from '@p2pimg/transport';
import type { VersionRange } from '@p2pimg/wire';
import type { CloudLimits, CloudTiming, FailureSimulation } from '../core/config.ts';
import type { LoadSource } from './load.ts';
import type { Log } from './log.ts';

/** See the directory's options of these names. */
export interface DirectoryQuotas {
  readonly imagesPerClient?: number;
  readonly pendingPerClient?: number;
}

/** What a server is started with. What may be left out has the default of the core's configuration. */
export interface ServerConfig {
  readonly secrets: ServerSecrets;
  /** Its signature has been verified. */
  readonly manifest: Manifest;
  /** IP literal to bind to (default: the manifest's host when that is one, else `0.0.0.0`). Ports are the manifest's. */
  readonly bindHost?: string | undefined;
  /** `sqlite:///path`, a path, or `mysql://user:password@host:port/database`. */
  readonly directoryUrl: string;
  /** CA (PEM) for TLS to MySQL; `system` for the system's; no TLS when left out. */
  readonly directoryCa?: string | undefined;
  /** What one client may leave in the directory. Defaults: the directory's. */
  readonly directoryQuotas?: DirectoryQuotas | undefined;
  /** Address of the status pages; none when left out. */
  readonly status?: Address | undefined;
  /** Folder of PNG and JPEG covers; a built-in cover when left out. */
  readonly coversFolder?: string | undefined;
  /** Name of the cover for clients that name none (default: the first, or the built-in one). */
  readonly defaultCover?: string | undefined;
  /** Threads for pictures (default: one less than the machine has cores, at least one). */
  readonly threads?: number | undefined;
  /** Of messages, that this server speaks (default: wire's `MESSAGE_VERSIONS`). */
  readonly versions?: VersionRange | undefined;
  readonly policy?: Policy | undefined;
  /** Default: `process` when the manifest has two servers on one host, else `host`. */
  readonly loadSource?: LoadSource | undefined;
  /** Registration policy `token`: the tokens themselves. */
  readonly registrationTokens?: readonly string[] | undefined;
  readonly leaseMs?: number | undefined;
  /** A worker port without traffic is freed after this (default 10,000). */
  readonly laneIdleMs?: number | undefined;
  readonly failureSimulation?: FailureSimulation | undefined;
  readonly electionTiming?: Partial<ElectionTiming> | undefined;
  readonly timing?: Partial<CloudTiming> | undefined;
  readonly limits?: Partial<CloudLimits> | undefined;
  readonly log: Log;
}
