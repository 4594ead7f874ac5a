/** Who counts a viewer's views: options of the commands that give rights. */

import type { SharingMode } from '@p2pimg/client';
import { MAX_OFFLINE_HOURS, MAX_OFFLINE_VIEWS } from '@p2pimg/wire/limits';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CommandError, EXIT } from '../exit.ts';

export interface ModeOptions {
  readonly offline?: number;
  readonly hours?: number;
  readonly trusting?: boolean;
}

/** Adds `--offline N --hours H` and `--trusting`. */
export function withMode(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--offline <n>',
        `up to n of the views (1 to ${MAX_OFFLINE_VIEWS}) without the cloud, on one device, once the first was seen with it`,
      )
        .argParser(upTo(MAX_OFFLINE_VIEWS))
        .conflicts('trusting'),
    )
    .addOption(
      new Option('--hours <h>', `with --offline: for so long (1 to ${MAX_OFFLINE_HOURS})`).argParser(
        upTo(MAX_OFFLINE_HOURS),
      ),
    )
    .option('--trusting', "let the viewer's own client count: nobody notices when it is set back");
}

/** Undefined when nothing was said: the cloud counts. @throws CommandError */
export function modeOf({ offline, hours, trusting }: ModeOptions): SharingMode | undefined {
  if ((offline === undefined) !== (hours === undefined)) {
    throw new CommandError('--offline and --hours go together', EXIT.usage, 'usage');
  }
  if (offline !== undefined && hours !== undefined) return { kind: 'offline', views: offline, hours };
  return trusting ? { kind: 'trusting' } : undefined;
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = /^[0-9]{1,4}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= 1 && value <= most)) throw new InvalidArgumentError(`a whole number from 1 to ${most}`);
    return value;
  };
}
