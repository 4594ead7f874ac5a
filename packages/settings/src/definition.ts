import type { z } from 'zod';

/** One setting. Its key is dotted (`timers.heartbeatMs`): the part before the dot is the table in the TOML file. */
export interface Setting<T> {
  /** Checks and coerces: values from flags and the environment arrive as text (use `z.coerce`, `z.stringbool`). */
  readonly schema: z.ZodType<T>;
  /** Parsed by `schema` like any other value; `undefined` where the schema allows it. */
  readonly default: T;
  /** One line for `--help` and `config`. */
  readonly description: string;
  /** Shown as `(set)` by `describe`. */
  readonly secret?: boolean;
}

/** All settings of a program by dotted key. */
export type Settings<V extends object> = { readonly [K in keyof V]: Setting<V[K]> };

/** Where a value came from. */
export type Origin = 'flag' | 'environment' | 'file' | 'default';

/** A rule between several settings: the problem, naming the keys, or undefined. */
export type Relation<V extends object> = (values: Readonly<V>) => string | undefined;

export interface Definition<V extends object> {
  /** Prefix of environment variables, such as `P2PIMG`: `timers.heartbeatMs` is `P2PIMG_TIMERS_HEARTBEAT_MS`. */
  readonly prefix: string;
  readonly settings: Settings<V>;
  readonly relations: readonly Relation<V>[];
}

/** `timers.heartbeatMs` → `P2PIMG_TIMERS_HEARTBEAT_MS` */
export function environmentName(prefix: string, key: string): string {
  const words = key.replace(/([a-z0-9])([A-Z])/g, '$1_$2').replaceAll('.', '_');
  return `${prefix}_${words}`.toUpperCase();
}

/** `timers.heartbeatMs` → `--timers-heartbeat-ms` */
export function flagName(key: string): string {
  return `--${key
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('.', '-')
    .toLowerCase()}`;
}
