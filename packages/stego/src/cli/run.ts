import { parseArgs } from 'node:util';
import { StegoError } from '../errors.ts';
import { type CommandOptions, commands } from './commands.ts';
import { FileError, UsageError, usage } from './usage.ts';

/** What a run of the command line leaves: text for both streams, and the exit code. */
export interface Finished {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: 0 | 2 | 3 | 4;
}

const options = {
  key: { type: 'string' },
  out: { type: 'string' },
  profile: { type: 'string' },
  fidelity: { type: 'string' },
  fit: { type: 'string' },
  effort: { type: 'string' },
  mime: { type: 'string' },
  name: { type: 'string' },
  'all-rows': { type: 'boolean' },
  'allow-visible': { type: 'boolean' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
  version: { type: 'boolean' },
} as const;

/** Runs one command; reads and writes only the files that it names. */
export function runCli(args: readonly string[], version: string): Finished {
  const json = args.includes('--json');
  try {
    const { values, positionals } = parse(args);
    if (values.help) return done(usage);
    if (values.version) return done(`${version}\n`);
    const [name = '', ...operands] = positionals;
    if (!Object.hasOwn(commands, name)) throw new UsageError(`there is no command ${JSON.stringify(name)}`);
    const { facts, sentence } = commands[name]!(operands, values);
    return done(json ? `${JSON.stringify(facts)}\n` : `${sentence}\n`);
  } catch (error) {
    if (error instanceof UsageError) return failed(error, 2, json);
    if (error instanceof StegoError) return failed(error, 3, json);
    if (error instanceof FileError) return failed(error, 4, json);
    throw error;
  }
}

function parse(args: readonly string[]): {
  values: CommandOptions & { json?: boolean; help?: boolean; version?: boolean };
  positionals: string[];
} {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. ')[0]! : 'the arguments cannot be read');
  }
}

function done(stdout: string): Finished {
  return { stdout, stderr: '', exitCode: 0 };
}

function failed(error: UsageError | StegoError | FileError, exitCode: 2 | 3 | 4, json: boolean): Finished {
  const hint = exitCode === 2 ? ' (see p2pimg-stego --help)' : '';
  const stdout = json ? `${JSON.stringify({ error: { code: error.code, message: error.message } })}\n` : '';
  return { stdout, stderr: `p2pimg-stego: ${error.message}${hint}\n`, exitCode };
}
