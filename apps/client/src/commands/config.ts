/** config: every setting, its value, where it comes from */

import type { Command } from 'commander';
import { Output, table, type Zod } from '../output.ts';
import { profileFolder } from '../profile-folder.ts';
import { flagsOf, type GlobalOptions } from './context.ts';

export function addConfig(program: Command): void {
  program
    .command('config')
    .description('show all settings and where each comes from')
    .action(async (_: object, command: Command) => {
      const { describeSettings } = await import('@p2pimg/settings');
      const { clientSettings, loadClientSettings } = await import('../settings.ts');
      const options = command.optsWithGlobals<GlobalOptions & Record<string, unknown>>();
      const resolved = await loadClientSettings(flagsOf(options), process.env);
      const settings = describeSettings(clientSettings, resolved).map(({ key, value, origin }) => ({
        key,
        value: value ?? null,
        origin,
      }));
      const folder = profileFolder(resolved.values.profile);
      const schema = (z: Zod) =>
        z.object({
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
      await new Output(options.json ?? false).result(
        schema,
        { folder, settings: shown },
        `${table(['setting', 'value', 'from'], rows)}\n\nprofile: ${folder}`,
      );
    });
}
