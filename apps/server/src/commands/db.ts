/** `p2pimg-server db`: the operator's view of the directory's database. */

import { readFile } from 'node:fs/promises';
import type { DatabaseStatus, DirectoryOptions } from '@p2pimg/directory';
import type { Command } from 'commander';
import { CommandError, EXIT } from '../exit.ts';
import { loadDirectorySettings } from '../settings.ts';
import { addDirectoryOptions, settingsFlags } from './settings-options.ts';

/** A database that has not answered by then is reported as unreachable. */
const DEADLINE_MS = 1_500;
/** Of one transaction: servers go on between two. */
const PURGE_ROWS = 1_000;

export function addDb(program: Command): void {
  const db = program.command('db').description("look after the directory's database");

  addDirectoryOptions(db.command('migrate').description('make the tables, or bring them up to this version')).action(
    onDirectory(async ({ migrate }, url, options) => {
      const { from, to } = await migrate(url, options);
      print(from === to ? `schema ${to}: nothing to do` : `schema ${from} is now ${to}`);
    }),
  );

  addDirectoryOptions(db.command('status').description('show the schema and how much there is'))
    .option('--json', 'as JSON')
    .action(
      onDirectory(async ({ databaseStatus }, url, options, { json }) => {
        const status = await databaseStatus(url, options);
        print(json ? JSON.stringify(status) : readable(status));
      }),
    );

  addDirectoryOptions(db.command('check').description('look for what would go wrong; changes nothing'))
    .option('--json', 'as JSON')
    .action(
      onDirectory(async ({ checkDatabase }, url, options, { json }) => {
        const results = await checkDatabase(url, options);
        const lines = results.map(({ name, node, level, detail }) => `${level.padEnd(8)} ${name} ${node} ${detail}`);
        print(json ? JSON.stringify(results) : lines.join('\n'));
        if (results.some(({ level }) => level === 'error')) process.exitCode = EXIT.unavailable;
      }),
    );

  addDirectoryOptions(
    db
      .command('purge')
      .description('delete what is past its keeping time; run it every ten minutes, as the purge user'),
  ).action(
    onDirectory(async ({ openDirectory }, url, options) => {
      const directory = await openDirectory(url, options);
      try {
        let rows = 0;
        for (let more = true; more; ) {
          const purged = await directory.purge({ limit: PURGE_ROWS });
          rows += purged;
          more = purged === PURGE_ROWS;
        }
        print(`${rows} rows purged`);
      } finally {
        await directory.close();
      }
    }),
  );

  addDirectoryOptions(
    db
      .command('restored')
      .description('run once after a restore from a backup: owners then publish again what it lacks'),
  ).action(
    onDirectory(async ({ renewGeneration }, url, options) => {
      await renewGeneration(url, options);
      print('the directory has a new generation');
    }),
  );
}

/** Loaded when it is needed: the database drivers take longer than all other commands together. */
type DirectoryModule = typeof import('@p2pimg/directory');

type Action = (
  directory: DirectoryModule,
  url: string,
  options: DirectoryOptions,
  flags: { readonly json?: true },
) => Promise<void>;

/** Finds the database in the settings; its errors become one line. */
function onDirectory(action: Action): (flags: { readonly json?: true }, command: Command) => Promise<void> {
  return async (flags, command) => {
    const { values } = await loadDirectorySettings(settingsFlags(command), process.env);
    const ca = values['directory.ca'];
    const tls = ca === undefined ? {} : { tls: ca === 'system' ? {} : { ca: await readFile(ca, 'utf8') } };
    const directory = await import('@p2pimg/directory');
    try {
      await action(directory, values['directory.url'], { deadlineMs: DEADLINE_MS, ...tls }, flags);
    } catch (error) {
      if (!(error instanceof directory.DirectoryError)) throw error;
      const code = error.code === 'invalid' ? EXIT.settings : EXIT.unavailable;
      throw new CommandError(`the directory (${error.reason}): ${error.message}`, code, { cause: error });
    }
  };
}

function readable({ kind, schemaVersion, programSchemaVersion, content }: DatabaseStatus): string {
  const lines = [`kind ${kind}`, `schema ${schemaVersion}, this program needs ${programSchemaVersion}`];
  return [...lines, ...Object.entries(content ?? {}).map(([name, value]) => `${name} ${value}`)].join('\n');
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
