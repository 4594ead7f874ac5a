import { randomBytes } from 'node:crypto';
import { basename, extname } from 'node:path';
import {
  capacity,
  compileCover,
  decodeCover,
  defaultProfile,
  embed,
  extract,
  type Fidelity,
  type Fit,
  inspect,
  type Profile,
  profiles,
} from '../index.ts';
import { readInput, readKey, writeOutput } from './files.ts';
import { UsageError } from './usage.ts';

/** Options of the command line, as node:util parsed them. */
export interface CommandOptions {
  readonly key?: string | undefined;
  readonly out?: string | undefined;
  readonly profile?: string | undefined;
  readonly fidelity?: string | undefined;
  readonly fit?: string | undefined;
  readonly effort?: string | undefined;
  readonly mime?: string | undefined;
  readonly name?: string | undefined;
  readonly 'all-rows'?: boolean | undefined;
  readonly 'allow-visible'?: boolean | undefined;
  readonly force?: boolean | undefined;
}

/** What a command has to say: the object for `--json`, and a sentence for people. */
export interface Outcome {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly sentence: string;
}

type Command = (operands: readonly string[], options: CommandOptions) => Outcome;

export const commands: Readonly<Record<string, Command>> = {
  keygen(operands, options) {
    takeOperands(operands, []);
    const out = required(options.out, '--out');
    writeOutput(out, `${randomBytes(32).toString('hex')}\n`, options.force ?? false, 0o600);
    return { facts: { out }, sentence: `wrote a new key to ${out}` };
  },

  capacity(operands, options) {
    const [path] = takeOperands(operands, ['COVER']) as [string];
    const { width, height } = decodeCover(readInput(path));
    const profile = profileOf(options.profile);
    const bytes = capacity(width, height, profile);
    return {
      facts: { width, height, profile, capacity: bytes },
      sentence: `${width}×${height} pixels hold ${bytes} bytes with ${profile}`,
    };
  },

  embed(operands, options) {
    const [coverPath, filePath] = takeOperands(operands, ['COVER', 'FILE']) as [string, string];
    const key = readKey(required(options.key, '--key'));
    const out = required(options.out, '--out');
    const payload = readInput(filePath);
    const profile = profileOf(options.profile);
    const cover = compileCover(decodeCover(readInput(coverPath)), {
      profile,
      fidelity: fidelityOf(options.fidelity),
      allowVisible: options['allow-visible'] ?? false,
    });
    const png = embed(cover, payload, {
      key,
      mime: options.mime ?? mediaTypes[extname(filePath).toLowerCase()] ?? 'application/octet-stream',
      name: options.name ?? basename(filePath),
      fit: fitOf(options.fit),
      effort: effortOf(options.effort),
      rows: options['all-rows'] ? 'all' : 'needed',
    });
    writeOutput(out, png, options.force ?? false);
    const { width, rows } = inspect(png);
    return {
      facts: { out, bytes: png.length, payload: payload.length, width, height: rows, profile },
      sentence: `hid ${payload.length} bytes in ${out}: ${width}×${rows} pixels, ${png.length} bytes`,
    };
  },

  extract(operands, options) {
    const [path] = takeOperands(operands, ['PNG']) as [string];
    const key = readKey(required(options.key, '--key'));
    // The name inside is never used as a path: whoever hid the file chose it.
    const out = required(options.out, '--out');
    const { payload, mime, name } = extract(readInput(path), { key });
    writeOutput(out, payload, options.force ?? false);
    return {
      facts: { out, bytes: payload.length, mime, name },
      sentence: `wrote ${payload.length} bytes of ${mime} to ${out}${name === '' ? '' : ` (hidden as ${name})`}`,
    };
  },

  inspect(operands) {
    const [path] = takeOperands(operands, ['PNG']) as [string];
    const found = inspect(readInput(path));
    const band = found.rights ? `, a rights band of ${found.rights.length} bytes` : '';
    return {
      facts: { ...found },
      sentence: `${found.width}×${found.rows} pixels of ${found.bitDepth} bits, fit for ${found.profile}, room for ${found.capacity} bytes${band}`,
    };
  },
};

const mediaTypes: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.webp': 'image/webp',
};

function takeOperands(operands: readonly string[], names: readonly string[]): readonly string[] {
  const missing = names[operands.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = operands[names.length];
  if (extra !== undefined) throw new UsageError(`unexpected argument ${JSON.stringify(extra)}`);
  return operands;
}

function required(value: string | undefined, option: string): string {
  if (value === undefined) throw new UsageError(`${option} is missing`);
  return value;
}

function profileOf(name: string = defaultProfile): Profile {
  const profile = profiles.find((candidate) => candidate === name);
  if (profile === undefined) throw new UsageError(`there is no profile ${JSON.stringify(name)}`);
  return profile;
}

function fitOf(name: string = 'refuse'): Fit {
  if (name === 'refuse' || name === 'tile' || name === 'scale') return name;
  throw new UsageError(`there is no fit ${JSON.stringify(name)}`);
}

function effortOf(name: string = 'speed'): 'speed' | 'size' {
  if (name === 'speed' || name === 'size') return name;
  throw new UsageError(`there is no effort ${JSON.stringify(name)}`);
}

function fidelityOf(text: string = 'exact'): Fidelity {
  if (text === 'exact' || text === 'grey') return text;
  const [, kind, number] = /^(near|palette):(\d{1,3})$/.exec(text) ?? [];
  if (kind === 'near') return { maxError: Number(number) };
  if (kind === 'palette') return { palette: Number(number) };
  throw new UsageError(`there is no fidelity ${JSON.stringify(text)}`);
}
