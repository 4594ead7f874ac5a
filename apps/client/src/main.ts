#!/usr/bin/env node
import { CommanderError } from 'commander';
import { EXIT, failureOf } from './exit.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';

const json = process.argv.includes('--json');

try {
  await createProgram({ json }).parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** One clear line; the stack only for what nobody foresaw. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // For people commander has printed it already.
    if (json) printUsage(error);
    return EXIT.usage;
  }
  const failure = failureOf(error);
  if (failure === undefined) throw error;
  new Output(json).failure(failure);
  return failure.exitCode;
}

function printUsage({ message }: CommanderError): void {
  new Output(true).failure({ code: 'usage', message: message.replace(/^error: /, ''), exitCode: EXIT.usage });
}
