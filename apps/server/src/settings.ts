/** Settings of a server: flags over `P2PIMG_SERVER_*` over the TOML file over defaults. */

import {
  type Definition,
  environmentName,
  type Relation,
  type Resolved,
  readSettingsFile,
  resolveSettings,
  type Sources,
} from '@p2pimg/settings';
import { MAX_MESSAGE_VERSION } from '@p2pimg/wire';
import { z } from 'zod';

export interface ServerSettings {
  readonly manifest: string;
  readonly secrets: string;
  readonly 'bind.host': string | undefined;
  readonly 'directory.url': string;
  readonly 'directory.ca': string | undefined;
  readonly 'directory.imagesPerClient': number;
  readonly 'directory.pendingPerClient': number;
  readonly 'covers.folder': string | undefined;
  readonly 'covers.default': string | undefined;
  readonly 'status.host': string;
  readonly 'status.port': number;
  readonly 'log.level': 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
  readonly 'log.format': 'auto' | 'pretty' | 'json';
  readonly 'election.policy': 'least-outstanding' | 'least-load' | 'round-robin';
  readonly 'election.loadSource': 'auto' | 'host' | 'process';
  readonly 'protocol.highestVersion': number;
  readonly 'timers.heartbeatMs': number;
  readonly 'timers.stampWaitMs': number;
  readonly 'timers.leaderWaitMs': number;
  readonly 'timers.handlingGraceMs': number;
  readonly 'timers.drainMs': number;
  readonly 'timers.leaseMs': number;
  readonly 'timers.laneIdleMs': number;
  readonly 'workers.threads': number;
  readonly 'workers.ports': number;
  readonly 'workers.portsPerClient': number;
  readonly 'workers.portsPerAddress': number;
  readonly 'workers.queue': number;
  readonly 'workers.queuePerClient': number;
  readonly 'registration.tokens': readonly string[];
  readonly 'failureToken.enabled': boolean;
  readonly 'failureToken.downMs': number;
  readonly 'failureToken.intervalMs': number;
}

const whole = (least: number, most: number): z.ZodType<number> => {
  const range = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(range).int(range).min(least, range).max(most, range);
};
const path = z.string('must be given').min(1, 'must be given').max(4096, 'is too long');
const oneOf = <const T extends readonly string[]>(values: T): z.ZodType<T[number]> =>
  z.enum(values, `must be one of ${values.join(', ')}`);
const yesNo = z.union([z.boolean(), z.stringbool()], 'must be true or false');
const ipLiteral = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');
/** From flags and the environment: separated by commas. */
const list = z.union([z.array(z.string().min(1)), z.string().transform((text) => text.split(',').filter(Boolean))]);

const HOUR_MS = 3_600_000;

const leaseOutlivesHeartbeats: Relation<ServerSettings> = (v) =>
  v['timers.leaseMs'] < 10 * v['timers.heartbeatMs']
    ? 'timers.leaseMs must be at least ten times timers.heartbeatMs'
    : undefined;

const turnIsNoticed: Relation<ServerSettings> = (v) =>
  v['failureToken.enabled'] && v['failureToken.downMs'] < 20 * v['timers.heartbeatMs']
    ? 'failureToken.downMs must be at least twenty times timers.heartbeatMs, or nobody notices'
    : undefined;

const beginIsAwaited: Relation<ServerSettings> = (v) =>
  v['timers.handlingGraceMs'] <= v['timers.stampWaitMs']
    ? 'timers.handlingGraceMs must exceed timers.stampWaitMs, or nobody has time to begin'
    : undefined;

const livingIsAwaited: Relation<ServerSettings> = (v) =>
  v['timers.leaderWaitMs'] < v['timers.stampWaitMs']
    ? 'timers.leaderWaitMs must not be below timers.stampWaitMs'
    : undefined;

export const serverSettings: Definition<ServerSettings> = {
  // The client's programs and the tests have variables of their own.
  prefix: 'P2PIMG_SERVER',
  settings: {
    manifest: { schema: path, default: '', description: "the cloud's signed manifest" },
    secrets: { schema: path, default: '', description: "this server's secrets (keygen server)" },
    'bind.host': {
      schema: ipLiteral.optional(),
      default: undefined,
      description: "address to listen on; the manifest's by default",
    },
    'directory.url': {
      schema: path,
      default: 'p2pimg-directory.sqlite',
      description: 'a file for one machine, or mysql://user:password@host/database',
      secret: true,
    },
    'directory.ca': {
      schema: path.optional(),
      default: undefined,
      description: 'CA certificate (PEM file) for TLS to MySQL, or "system"; no TLS by default',
    },
    'directory.imagesPerClient': {
      schema: whole(1, 1_000_000),
      default: 10_000,
      description: 'images that one client may publish; removed ones count, because their ids stay taken',
    },
    'directory.pendingPerClient': {
      schema: whole(10, 1_000_000),
      default: 10_000,
      description: 'grants that may wait for one viewer, and for the viewers of one owner; a tenth of it between two',
    },
    'covers.folder': {
      schema: path.optional(),
      default: undefined,
      description: 'folder with cover pictures (PNG or JPEG); the built-in cover by default',
    },
    'covers.default': {
      schema: z
        .string()
        .regex(/^[a-z0-9-]{1,32}$/, 'must be a-z, 0-9, -, at most 32')
        .optional(),
      default: undefined,
      description: 'the cover that is used when a client names none: a file name in covers.folder without extension',
    },
    'status.host': { schema: ipLiteral, default: '127.0.0.1', description: 'address of the status pages (HTTP)' },
    'status.port': { schema: whole(0, 65_535), default: 0, description: 'their TCP port; 0 takes a free one' },
    'log.level': {
      schema: oneOf(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
      default: 'info',
      description: 'least important level that is logged',
    },
    'log.format': {
      schema: oneOf(['auto', 'pretty', 'json']),
      default: 'auto',
      description: 'auto: pretty on a terminal, JSON otherwise',
    },
    'election.policy': {
      schema: oneOf(['least-outstanding', 'least-load', 'round-robin']),
      default: 'least-outstanding',
      description: 'how the handler of a request is chosen',
    },
    'election.loadSource': {
      schema: oneOf(['auto', 'host', 'process']),
      default: 'auto',
      description: 'load average of the host, or CPU time of this process; auto: process when servers share a host',
    },
    'protocol.highestVersion': {
      schema: whole(1, MAX_MESSAGE_VERSION),
      default: MAX_MESSAGE_VERSION,
      description: 'speak no newer version of messages, for as long as an upgrade may have to be taken back',
    },
    'timers.heartbeatMs': { schema: whole(10, 10_000), default: 50, description: 'between two heartbeats' },
    'timers.stampWaitMs': {
      schema: whole(1, 10_000),
      default: 20,
      description:
        'a request that the leader has not given to anybody is served without it after this, when it is missed',
    },
    'timers.leaderWaitMs': {
      schema: whole(1, 10_000),
      default: 200,
      description: 'the same while the heartbeats of the leader come',
    },
    'timers.handlingGraceMs': {
      schema: whole(2, 60_000),
      default: 150,
      description: 'a server that was given a request and has not begun by then is passed over',
    },
    'timers.drainMs': {
      schema: whole(0, HOUR_MS),
      default: 10_000,
      description: 'a server that stops finishes what it has for at most this long',
    },
    'timers.leaseMs': {
      schema: whole(1_000, 24 * HOUR_MS),
      default: 30_000,
      description: 'a client that does not renew is offline after this',
    },
    'timers.laneIdleMs': {
      schema: whole(100, HOUR_MS),
      default: 10_000,
      description: 'a worker port without traffic is freed after this',
    },
    'workers.threads': { schema: whole(1, 64), default: 2, description: 'threads for image work' },
    'workers.ports': { schema: whole(1, 1_024), default: 32, description: 'worker ports open at once' },
    'workers.portsPerClient': { schema: whole(1, 1_024), default: 8, description: 'worker ports open for one client' },
    'workers.portsPerAddress': {
      schema: whole(1, 1_024),
      default: 24,
      description:
        'worker ports open for all clients of one address (IPv4, or IPv6 /64); it has the same part of the queue',
    },
    'workers.queue': { schema: whole(1, 100_000), default: 1_000, description: 'requests that wait for a worker port' },
    'workers.queuePerClient': {
      schema: whole(1, 100_000),
      default: 250,
      description: 'requests of one client among them',
    },
    'registration.tokens': {
      schema: list,
      default: [],
      description: "tokens accepted where the manifest's registration policy is token",
      secret: true,
    },
    'failureToken.enabled': { schema: yesNo, default: false, description: 'play dead in turns (demo and evaluation)' },
    'failureToken.downMs': { schema: whole(200, HOUR_MS), default: 20_000, description: 'how long a turn lasts' },
    'failureToken.intervalMs': {
      schema: whole(100, 24 * HOUR_MS),
      default: 60_000,
      description: 'between the end of a turn and the next',
    },
  },
  relations: [leaseOutlivesHeartbeats, turnIsNoticed, beginIsAwaited, livingIsAwaited],
};

/** What the commands need that only look after the database. */
export type DirectorySettings = Pick<ServerSettings, 'directory.url' | 'directory.ca'>;

const DIRECTORY_SETTINGS: readonly string[] = ['directory.url', 'directory.ca'];

export function isDirectorySetting(key: string): boolean {
  return DIRECTORY_SETTINGS.includes(key);
}

const { 'directory.url': directoryUrl, 'directory.ca': directoryCa } = serverSettings.settings;
const directorySettings: Definition<DirectorySettings> = {
  prefix: serverSettings.prefix,
  settings: { 'directory.url': directoryUrl, 'directory.ca': directoryCa },
  relations: [],
};

/** @throws SettingsError subclasses */
export async function loadServerSettings(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
): Promise<Resolved<ServerSettings>> {
  return resolveSettings(serverSettings, await readSources(flags, environment));
}

/** As {@link loadServerSettings}, but a server's other settings may be missing or wrong. */
export async function loadDirectorySettings(
  flags: Readonly<Record<string, unknown>>,
  environment: NodeJS.ProcessEnv,
): Promise<Resolved<DirectorySettings>> {
  const sources = await readSources(flags, environment);
  const { file } = sources;
  const names = Object.keys(directorySettings.settings).map((key) => environmentName(directorySettings.prefix, key));
  return resolveSettings(directorySettings, {
    flags: sources.flags,
    environment: Object.fromEntries(names.map((name) => [name, environment[name]])),
    file: file && { ...file, values: new Map([...file.values].filter(([key]) => isDirectorySetting(key))) },
  });
}

async function readSources(flags: Readonly<Record<string, unknown>>, environment: NodeJS.ProcessEnv): Promise<Sources> {
  const { config, ...rest } = flags;
  // The file's own place is the one thing that the file cannot say.
  const { P2PIMG_SERVER_CONFIG: named, ...variables } = environment;
  const file = typeof config === 'string' ? config : named;
  return {
    flags: rest,
    environment: variables,
    file: file === undefined ? undefined : await readSettingsFile(file),
  };
}
