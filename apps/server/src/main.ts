#!/usr/bin/env node
import { IdentityError } from '@p2pimg/identity';
import { SettingsError } from '@p2pimg/settings';
import { CommanderError } from 'commander';
import { CommandError, EXIT } from './exit.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  // Attempts to reach a database that nobody waits for any more would keep the program alive.
  process.exit(report(error));
}

/** One clear line; the stack only for what nobody foresaw. Commander has printed its own errors already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  if (error instanceof CommandError) return complain(error.message, error.exitCode);
  if (error instanceof SettingsError || error instanceof IdentityError) return complain(error.message, EXIT.settings);
  if (isFileError(error)) return complain(`${error.path ?? error.syscall}: ${error.code}`, EXIT.error);
  throw error;
}

function complain(message: string, exitCode: number): number {
  process.stderr.write(`p2pimg-server: ${message.replaceAll('\n', '\np2pimg-server: ')}\n`);
  return exitCode;
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
