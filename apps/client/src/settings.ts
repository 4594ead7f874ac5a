/** Settings of the client: flags over `P2PIMG_CLIENT_*` over the TOML file over defaults. */

import { existsSync } from 'node:fs';
import { type Definition, type Resolved, readSettingsFile, resolveSettings } from '@p2pimg/settings';
import { z } from 'zod';
import { defaultConfigFile } from './profile-folder.ts';

export interface ClientSettings {
  readonly profile: string;
  readonly manifest: string | undefined;
  readonly 'bind.host': string;
  readonly 'bind.port': number;
  readonly advertise: string | undefined;
  readonly visibility: 'everyone' | 'contacts' | 'nobody';
  readonly passphrase: string | undefined;
  readonly timeout: number;
  readonly 'log.level': 'error' | 'warn' | 'info' | 'debug' | 'silent';
}

const whole = (least: number, most: number): z.ZodType<number> => {
  const range = `must be a whole number from ${least} to ${most}`;
  return z.coerce.number(range).int(range).min(least, range).max(most, range);
};
const oneOf = <const T extends readonly string[]>(values: T): z.ZodType<T[number]> =>
  z.enum(values, `must be one of ${values.join(', ')}`);
const ipLiteral = z.union([z.ipv4(), z.ipv6()], 'must be an IP address');

export const clientSettings: Definition<ClientSettings> = {
  prefix: 'P2PIMG_CLIENT',
  settings: {
    profile: {
      schema: z.string('must be text').min(1, 'must not be empty').max(4096, 'is too long'),
      default: 'default',
      description: 'name of a profile, or the path of its folder',
    },
    manifest: {
      schema: z.string('must be a path').min(1, 'must not be empty').max(4096, 'is too long').optional(),
      default: undefined,
      description: "the cloud's signed manifest; remembered by the profile",
    },
    'bind.host': { schema: ipLiteral, default: '0.0.0.0', description: 'address of the UDP port for peers' },
    'bind.port': { schema: whole(0, 65_535), default: 0, description: 'UDP port for peers; 0 takes a free one' },
    advertise: {
      schema: ipLiteral.optional(),
      default: undefined,
      description: 'address that peers are told, where it is not the one that the servers see',
    },
    visibility: {
      schema: oneOf(['everyone', 'contacts', 'nobody']),
      default: 'everyone',
      description: 'who sees this client in the list',
    },
    passphrase: {
      schema: z.string('must be text').optional(),
      default: undefined,
      description: 'of the key file',
      secret: true,
    },
    timeout: { schema: whole(1, 3_600), default: 60, description: 'seconds after which a command gives up' },
    'log.level': {
      schema: oneOf(['error', 'warn', 'info', 'debug', 'silent']),
      default: 'info',
      description: "what goes into the profile's log file",
    },
  },
  relations: [],
};

/** @throws SettingsError subclasses */
export async function loadClientSettings(
  flags: Readonly<Record<string, unknown>>,
  { P2PIMG_CLIENT_CONFIG: config, ...environment }: NodeJS.ProcessEnv,
): Promise<Resolved<ClientSettings>> {
  const { config: flag, ...rest } = flags;
  const given = typeof flag === 'string' ? flag : config;
  const path = given ?? (existsSync(defaultConfigFile()) ? defaultConfigFile() : undefined);
  const file = path === undefined ? undefined : await readSettingsFile(path);
  return resolveSettings(clientSettings, { flags: rest, environment, file });
}
