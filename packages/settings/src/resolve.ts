import { closestMatch } from 'leven';
import type { z } from 'zod';
import { type Definition, environmentName, flagName, type Origin, type Setting } from './definition.ts';
import { InvalidSettingError, UnknownSettingError } from './errors.ts';
import type { SettingsFile } from './file.ts';

export interface Sources {
  /** By dotted key; what was not given is absent or undefined. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file: SettingsFile | undefined;
}

export interface Resolved<V extends object> {
  readonly values: Readonly<V>;
  readonly origins: { readonly [K in keyof V]: Origin };
}

/**
 * Merges the layers (flags > environment > file > defaults) and checks the whole, relations included.
 * @throws UnknownSettingError an unknown key in the file, or an unknown variable under the prefix
 * @throws InvalidSettingError every value that is wrong, with the place it came from; or every relation that does not hold
 */
export function resolveSettings<V extends object>(definition: Definition<V>, sources: Sources): Resolved<V> {
  refuseUnknown(definition, sources);
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const problems: string[] = [];
  for (const [key, setting] of entries(definition)) {
    const given = find(definition.prefix, key, sources);
    origins[key] = given?.origin ?? 'default';
    const result = setting.schema.safeParse(given === undefined ? setting.default : given.value);
    if (result.success) values[key] = result.data;
    else problems.push(`${given?.place ?? key}: ${firstMessage(result.error)}`);
  }
  if (problems.length > 0) throw new InvalidSettingError(problems);
  const whole = values as V;
  for (const relation of definition.relations) {
    const problem = relation(whole);
    if (problem !== undefined) problems.push(problem);
  }
  if (problems.length > 0) throw new InvalidSettingError(problems);
  return { values: whole, origins: origins as Resolved<V>['origins'] };
}

/** One line per setting: key, value, where the value came from. Secrets are shown only as set or not. */
export function describeSettings<V extends object>(
  definition: Definition<V>,
  resolved: Resolved<V>,
): readonly { readonly key: string; readonly value: unknown; readonly origin: Origin; readonly description: string }[] {
  return entries(definition).map(([key, setting]) => {
    const value = resolved.values[key];
    return {
      key,
      value: setting.secret && value !== undefined ? '(set)' : value,
      origin: resolved.origins[key],
      description: setting.description,
    };
  });
}

interface Given {
  readonly value: unknown;
  readonly origin: Origin;
  /** For the error: how the user spelt it. */
  readonly place: string;
}

function find(prefix: string, key: string, { flags, environment, file }: Sources): Given | undefined {
  const flag = flags[key];
  if (flag !== undefined) return { value: flag, origin: 'flag', place: flagName(key) };
  const name = environmentName(prefix, key);
  const variable = environment[name];
  if (variable !== undefined && variable !== '') return { value: variable, origin: 'environment', place: name };
  if (file?.values.has(key)) return { value: file.values.get(key), origin: 'file', place: `${file.path}: ${key}` };
  return undefined;
}

function refuseUnknown<V extends object>(definition: Definition<V>, { environment, file }: Sources): void {
  const keys = entries(definition).map(([key]) => key as string);
  const problems: string[] = [];
  for (const key of file?.values.keys() ?? []) {
    if (!keys.includes(key)) problems.push(`${file?.path}: unknown setting ${quote(key)}${suggest(key, keys)}`);
  }
  const names = keys.map((key) => environmentName(definition.prefix, key));
  for (const name of Object.keys(environment)) {
    if (name.startsWith(`${definition.prefix}_`) && !names.includes(name)) {
      problems.push(`unknown variable ${name}${suggest(name, names)}`);
    }
  }
  if (problems.length > 0) throw new UnknownSettingError(problems);
}

function suggest(word: string, words: readonly string[]): string {
  const nearest = closestMatch(word, [...words], { maxDistance: Math.max(2, Math.floor(word.length / 3)) });
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

/** A key may hold anything that TOML allows in quotes. */
function quote(key: string): string {
  return JSON.stringify(key).slice(0, 80);
}

function firstMessage(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'invalid';
}

function entries<V extends object>(definition: Definition<V>): [Extract<keyof V, string>, Setting<unknown>][] {
  return Object.entries(definition.settings) as [Extract<keyof V, string>, Setting<unknown>][];
}
