/** config: every setting, its value, where it comes from */

import { describeSettings } from '@p2pimg/settings';
import type { Command } from 'commander';
import { z } from 'zod';
import { Output, table } from '../output.ts';
import { clientSettings, loadClientSettings, profileFolder } from '../settings.ts';
import { flagsOf, type GlobalOptions } from './context.ts';

export function addConfig(program: Command): void {
  program
    .command('config')
    .description('show all settings and where each comes from')
    .action(async (_: object, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const resolved = await loadClientSettings(flagsOf(options), process.env);
      const settings = describeSettings(clientSettings, resolved).map(({ key, value, origin }) => ({
        key,
        value: value ?? null,
        origin,
      }));
      const folder = profileFolder(resolved.values.profile);
      const schema = z.object({
        folder: z.string(),
        settings: z.array(
          z.object({ key: z.string(), value: z.union([z.string(), z.number(), z.null()]), origin: z.string() }),
        ),
      });
      const rows = settings.map(({ key, value, origin }) => [key, String(value ?? ''), origin]);
      const shown = settings.map(({ key, value, origin }) => ({
        key,
        value: typeof value === 'number' ? value : value === null ? null : String(value),
        origin,
      }));
      new Output(options.json ?? false).result(
        schema,
        { folder, settings: shown },
        `${table(['setting', 'value', 'from'], rows)}\n\nprofile: ${folder}`,
      );
    });
}
