/**
 * Tells a story with a ledger and kills itself with SIGKILL right before the n-th step that touches the disk. What has been acknowledged is
 * printed first, by a synchronous write, so that nothing is lost with the process.
 *
 *     node crash-child.ts <ledger path> <n>
 */

import { writeSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { TELLING_TIME, tellStory } from './story.ts';

const [path = '', killBefore = ''] = process.argv.slice(2);
let steps = 0;

function step(name: string): void {
  if (++steps === Number(killBefore)) process.kill(process.pid, 'SIGKILL');
  writeSync(1, `${JSON.stringify({ step: name })}\n`);
}

/** Counts every call of a method that changes the disk. */
function watch(target: object, names: readonly string[]): void {
  for (const name of names) {
    const original: unknown = Reflect.get(target, name);
    if (typeof original !== 'function') throw new TypeError(`no method ${name}`);
    Reflect.set(target, name, function watched(this: unknown, ...args: unknown[]): unknown {
      step(name);
      return Reflect.apply(original, this, args);
    });
  }
}

const handle = await fs.open('/dev/null', 'r');
watch(Object.getPrototypeOf(handle), ['write', 'writeFile', 'sync', 'datasync', 'truncate']);
await handle.close();
watch(fs, ['mkdir', 'open', 'writeFile', 'rename', 'link', 'rm']);
syncBuiltinESMExports();

await tellStory(path, TELLING_TIME, (acknowledged) => writeSync(1, `${JSON.stringify({ acknowledged })}\n`));
writeSync(1, `${JSON.stringify({ end: steps })}\n`);
