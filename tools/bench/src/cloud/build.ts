/** Builds what the bench runs, as it is published but without types: all packages' JavaScript. */

import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const TSUP: string = join(ROOT, 'node_modules/tsup/dist/cli-default.js');

let built: Promise<void> | undefined;

/** Once in a process. @throws with the builder's words when it fails */
export function buildPrograms(): Promise<void> {
  built ??= build();
  return built;
}

async function build(): Promise<void> {
  const configs = globSync('{packages,apps}/*/tsup.config.ts', { cwd: ROOT });
  for (const config of configs) {
    await promisify(execFile)(execPath, [TSUP, '--no-dts'], { cwd: join(ROOT, dirname(config)) });
  }
}
