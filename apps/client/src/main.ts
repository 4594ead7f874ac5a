#!/usr/bin/env node
import { optimizeLate } from '@p2pimg/settings/engine';
import { CommanderError } from 'commander';
import { EXIT } from './exit.ts';
import { failureOf } from './failure.ts';
import { Output } from './output.ts';
import { createProgram } from './program.ts';

optimizeLate();
const json = process.argv.includes('--json');

try {
  await createProgram({ json }).parseAsync();
} catch (error) {
  process.exitCode = await report(error);
}

/** One clear line; the stack only for what nobody foresaw. */
async function report(error: unknown): Promise<number> {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.ok;
    // For people commander has printed it already.
    if (json) printUsage(error);
    return EXIT.usage;
  }
  const failure = await failureOf(error);
  if (failure === undefined) throw error;
  new Output(json).failure(failure);
  return failure.exitCode;
}

function printUsage({ message }: CommanderError): void {
  new Output(true).failure({ code: 'usage', message: message.replace(/^error: /, ''), exitCode: EXIT.usage });
}
