/** `p2pimg-server config`: every setting, its value and where the value came from. */

import { describeSettings } from '@p2pimg/settings';
import type { Command } from 'commander';
import { loadServerSettings, serverSettings } from '../settings.ts';
import { addSettingsOptions, settingsFlags } from './settings-options.ts';

export function addConfig(program: Command): void {
  addSettingsOptions(program.command('config').description('show every setting, its value and where it came from'))
    .option('--json', 'as JSON')
    .action(async (options: { readonly json?: true }, command: Command) => {
      const resolved = await loadServerSettings(settingsFlags(command), process.env);
      const lines = describeSettings(serverSettings, resolved);
      const text = options.json
        ? JSON.stringify(lines)
        : lines
            .map(({ key, value, origin }) => `${key.padEnd(24)} ${String(value ?? '-').padEnd(40)} ${origin}`)
            .join('\n');
      process.stdout.write(`${text}\n`);
    });
}
