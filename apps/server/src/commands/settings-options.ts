/** Every setting is also a flag of the commands that start a server or show its settings. */

import { flagName } from '@p2pimg/settings';
import { type Command, Option } from 'commander';
import { isDirectorySetting, serverSettings } from '../settings.ts';

export function addSettingsOptions(command: Command): Command {
  return addOptions(command, () => true);
}

/** Only where the directory is. */
export function addDirectoryOptions(command: Command): Command {
  return addOptions(command, isDirectorySetting);
}

function addOptions(command: Command, wanted: (key: string) => boolean): Command {
  command.option('--config <file>', 'TOML file with settings (also P2PIMG_SERVER_CONFIG)');
  for (const [key, { description, default: fallback }] of Object.entries(serverSettings.settings)) {
    if (!wanted(key)) continue;
    const shown = fallback === undefined || fallback === '' ? '' : ` (default: ${fallback})`;
    command.addOption(new Option(`${flagName(key)} <value>`, description + shown));
  }
  return command;
}

/** The values of those options by dotted key. */
export function settingsFlags(command: Command): Readonly<Record<string, unknown>> {
  const byAttribute = command.opts<Record<string, unknown>>();
  const flags: Record<string, unknown> = { config: byAttribute.config };
  for (const key of Object.keys(serverSettings.settings)) {
    flags[key] = byAttribute[new Option(`${flagName(key)} <value>`).attributeName()];
  }
  return flags;
}
