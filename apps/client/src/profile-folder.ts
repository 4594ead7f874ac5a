/** Where the files of this user are. */

import { join } from 'node:path';
import envPaths from 'env-paths';
import { CommandError, EXIT } from './exit.ts';

const paths = envPaths('p2pimg', { suffix: '' });

export function defaultConfigFile(): string {
  return join(paths.config, 'client.toml');
}

const PROFILE_NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;

/** A name is a folder below the user's data folder; anything with a separator is a path. @throws CommandError */
export function profileFolder(profile: string): string {
  if (profile.includes('/') || profile.includes('\\')) return profile;
  if (PROFILE_NAME.test(profile)) return join(paths.data, 'profiles', profile);
  throw new CommandError('a profile is named with 1 to 32 small letters, digits and hyphens', EXIT.usage, 'usage');
}
