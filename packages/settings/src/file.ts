import { readFile, stat } from 'node:fs/promises';
import { parse, TomlError } from 'smol-toml';
import { SettingsFileError } from './errors.ts';

/** The longest settings file, in bytes. */
export const MAX_SETTINGS_FILE_BYTES: number = 256 * 1024;

/** A settings file, flattened: `[timers] heartbeatMs = 50` is `timers.heartbeatMs`. */
export interface SettingsFile {
  readonly path: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/**
 * Reads a TOML file of at most `MAX_SETTINGS_FILE_BYTES`.
 * @throws SettingsFileError missing, unreadable, too long, or not TOML (with line and column)
 */
export async function readSettingsFile(path: string): Promise<SettingsFile> {
  return parseSettingsFile(path, await readText(path));
}

/** @throws SettingsFileError not TOML */
export function parseSettingsFile(path: string, text: string): SettingsFile {
  try {
    const values = new Map<string, unknown>();
    flatten(parse(text), '', values);
    return { path, values };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    throw new SettingsFileError([`${path}:${error.line}:${error.column}: not TOML`]);
  }
}

async function readText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > MAX_SETTINGS_FILE_BYTES) {
      throw new SettingsFileError([`${path}: ${size} bytes, more than ${MAX_SETTINGS_FILE_BYTES}`]);
    }
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof SettingsFileError) throw error;
    const code = (error as NodeJS.ErrnoException).code;
    throw new SettingsFileError([`${path}: ${code === 'ENOENT' ? 'no such file' : `cannot be read (${code})`}`]);
  }
}

function flatten(table: Readonly<Record<string, unknown>>, prefix: string, values: Map<string, unknown>): void {
  for (const [name, value] of Object.entries(table)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    if (isTable(value)) flatten(value, key, values);
    else values.set(key, value);
  }
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
