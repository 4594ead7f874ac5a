/** What `pnpm bench:cloud` can be asked for. */

import { parseArgs } from 'node:util';

export const POLICIES = ['round-robin', 'least-load', 'least-outstanding'] as const;
export type Policy = (typeof POLICIES)[number];

export interface CloudBenchOptions {
  /** Encode requests in all, that are counted. */
  readonly n: number;
  /** Encode requests before them, that are not: programs that have just started are not what is measured. */
  readonly warmUp: number;
  /** Bytes of each picture. */
  readonly bytes: number;
  readonly servers: number;
  readonly clients: number;
  /** Requests in flight, of all clients together. */
  readonly inFlight: number;
  readonly policy: Policy;
  /** SIGKILL to the leader once half of the answers are in. */
  readonly kill: boolean;
  /** Added to each job of the first server, in ms; 0 for none. */
  readonly slowMs: number;
  readonly directory: 'sqlite' | 'mysql';
  /** Encoding threads of each server. */
  readonly threads: number;
  /** Programs are built first and run as users run them; else from their sources, which takes more memory and time to start. */
  readonly built: boolean;
  /** Folder for CPU profiles; none are made when it is left out. */
  readonly profile: string | undefined;
  /** Where profiles and directory are kept: the system's temporary folder when it is left out. */
  readonly folder: string | undefined;
}

export const DEFAULTS: CloudBenchOptions = {
  n: 1_000,
  warmUp: 300,
  bytes: 10 * 1024,
  servers: 3,
  clients: 3,
  inFlight: 50,
  policy: 'least-outstanding',
  kill: false,
  slowMs: 0,
  directory: 'sqlite',
  threads: 1,
  built: false,
  profile: undefined,
  folder: undefined,
};

export const USAGE: string = `pnpm bench:cloud [options]

Server and client processes on this machine, real UDP, a real directory: pictures are hidden, sent back, extracted, compared, kept and published.
  --n N                 requests (default ${DEFAULTS.n})
  --policy POLICY       ${POLICIES.join(', ')} (default ${DEFAULTS.policy})
  --kill                kill -9 the leader once half of the answers are in
  --slow                the first server needs 50 ms more for each picture (--slow-ms MS: another time)
  --directory KIND      sqlite (default), or mysql: a MariaDB of its own is started
  --json                the last line is one JSON object
  --profile FOLDER      CPU profiles of all processes, and where their time goes
  --bytes B             of each picture (default ${DEFAULTS.bytes})
  --in-flight M         of all clients together (default ${DEFAULTS.inFlight})
  --servers S           (default ${DEFAULTS.servers})
  --clients C           (default ${DEFAULTS.clients})
  --threads T           encoding threads of each server (default ${DEFAULTS.threads})
  --built               builds the programs first and runs what was built (default: their sources)
  --warm-up W           requests before the clock starts (default ${DEFAULTS.warmUp})
  --folder FOLDER       where directory and profiles are kept while it runs (default: the system's temporary folder)
`;

/** A command line that cannot be run. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError */
export function readOptions(
  args: readonly string[],
): CloudBenchOptions & { readonly json: boolean; readonly help: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  const text = { type: 'string' } as const;
  const values = parsed(
    () =>
      parseArgs({
        args: [...args],
        options: {
          n: text,
          policy: text,
          kill: flag,
          built: flag,
          slow: flag,
          'slow-ms': text,
          directory: text,
          json: flag,
          profile: text,
          bytes: text,
          'in-flight': text,
          servers: text,
          clients: text,
          threads: text,
          'warm-up': text,
          folder: text,
          help: flag,
        },
      }).values,
  );
  const clients = whole('clients', values.clients, DEFAULTS.clients, 1, 100);
  return {
    n: whole('n', values.n, DEFAULTS.n, 1, 1_000_000),
    warmUp: whole('warm-up', values['warm-up'], DEFAULTS.warmUp, 0, 100_000),
    bytes: whole('bytes', values.bytes, DEFAULTS.bytes, 100, 12 * 1024 * 1024),
    servers: whole('servers', values.servers, DEFAULTS.servers, 1, 16),
    clients,
    inFlight: whole('in-flight', values['in-flight'], Math.max(DEFAULTS.inFlight, clients), clients, 1_000),
    policy: oneOf('policy', values.policy ?? DEFAULTS.policy, POLICIES),
    kill: values.kill,
    built: values.built,
    slowMs: whole('slow-ms', values['slow-ms'], values.slow ? 50 : 0, 0, 10_000),
    directory: oneOf('directory', values.directory ?? DEFAULTS.directory, ['sqlite', 'mysql'] as const),
    threads: whole('threads', values.threads, DEFAULTS.threads, 1, 64),
    profile: values.profile,
    folder: values.folder,
    json: values.json,
    help: values.help,
  };
}

function parsed<T>(parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function whole(name: string, given: string | undefined, otherwise: number, least: number, most: number): number {
  const value = given === undefined ? otherwise : Number(given);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new UsageError(`--${name} must be a whole number from ${least} to ${most}`);
}

function oneOf<const T extends string>(name: string, given: string, values: readonly T[]): T {
  const found = values.find((value) => value === given);
  if (found === undefined) throw new UsageError(`--${name} must be one of ${values.join(', ')}`);
  return found;
}

/** The requests in flight of each client: 50 for three are 17, 17 and 16. */
export function shares(all: number, among: number): readonly number[] {
  return Array.from({ length: among }, (_, i) => Math.floor(all / among) + (i < all % among ? 1 : 0));
}
