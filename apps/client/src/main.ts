#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, failureOf } from './exit.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One clear line; the stack only for what nobody foresaw. Commander has printed its own errors already. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  new Output(process.argv.includes('--json')).failure(failure);
  return failure.exitCode;
}
