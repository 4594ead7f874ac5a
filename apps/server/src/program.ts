import { readFileSync } from 'node:fs';
import { MESSAGE_VERSIONS, type VersionRange } from '@p2pimg/wire';
import { Command } from 'commander';
import { addConfig } from './commands/config.ts';
import { addDb } from './commands/db.ts';
import { addInitLocal } from './commands/init-local.ts';
import { addKeygen } from './commands/keygen.ts';
import { addManifest } from './commands/manifest.ts';
import { addRun } from './commands/run.ts';
import { addTop } from './commands/top.ts';

/**
 * The command line of a server that speaks these versions of messages. Commands throw; `main.ts` turns what they throw into one line and an exit code.
 */
export function createProgram(versions: VersionRange = MESSAGE_VERSIONS): Command {
  const { version, description } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  const program = new Command('p2pimg-server').description(description).version(version);
  program.showSuggestionAfterError().exitOverride();
  addRun(program, versions);
  addTop(program);
  addConfig(program);
  addDb(program);
  addInitLocal(program);
  addKeygen(program);
  addManifest(program);
  return program;
}
