/**
 * Preloaded into a program (`--import`): counts what it does to files, and kills it with SIGKILL before step number `P2PIMG_KILL_AT`. A program
 * that lives to its end writes the steps to standard output, a JSON array of `operation path`.
 */

import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const killAt = Number(process.env.P2PIMG_KILL_AT ?? Number.POSITIVE_INFINITY);
const steps: string[] = [];
const paths = new Map<unknown, string>();

function step(operation: string, path: string): void {
  steps.push(`${operation} ${path}`);
  if (steps.length >= killAt) process.kill(process.pid, 'SIGKILL');
}

/** Operations that name what they change. */
const NAMED = ['open', 'rename', 'link', 'rm', 'mkdir'] as const;
/** Operations on what is open. */
const OPEN = ['write', 'writev', 'writeFile', 'sync'] as const;

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

function watched(operation: string, original: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]) {
    if (typeof args[0] === 'string') step(operation, args[0]);
    const result = Reflect.apply(original, this, args);
    if (operation === 'open' && result instanceof Promise)
      result.then(
        (handle: unknown) => paths.set(handle, String(args[0])),
        () => undefined,
      );
    return result;
  };
}

for (const host of [fs, fs.promises] as unknown as Record<string, AnyFunction>[]) {
  for (const name of NAMED) host[name] = watched(name, host[name] as AnyFunction);
}
// Descriptors without a handle: whose they are does not matter, only that it is a step.
for (const name of ['write', 'writev'] as const) {
  const original = fs[name] as AnyFunction;
  (fs as unknown as Record<string, AnyFunction>)[name] = function (this: unknown, ...args: unknown[]) {
    step(name, 'descriptor');
    return Reflect.apply(original, this, args);
  };
}
const probe = await fs.promises.open(process.execPath, 'r');
const files = Object.getPrototypeOf(probe) as Record<string, AnyFunction>;
await probe.close();
for (const name of OPEN) {
  const original = files[name] as AnyFunction;
  files[name] = function (this: unknown, ...args: unknown[]) {
    step(name, paths.get(this) ?? 'handle');
    return Reflect.apply(original, this, args);
  };
}
syncBuiltinESMExports();
steps.length = 0;
process.on('exit', () => fs.writeSync(1, Buffer.from(JSON.stringify(steps))));
