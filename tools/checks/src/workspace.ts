import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url));

/** One package of the workspace. */
export interface Package {
  readonly name: string;
  /** Relative to the root, with slashes: `packages/wire`. */
  readonly dir: string;
  readonly private: boolean;
  /** Names of workspace packages it needs to run. */
  readonly dependencies: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** All packages of the workspace, by folder. */
export function readPackages(root: string = ROOT): Package[] {
  const manifests = globSync(
    ['apps/*/package.json', 'packages/*/package.json', 'tools/*/package.json', 'examples/package.json'],
    {
      cwd: root,
    },
  );
  return manifests
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => existsSync(join(root, file)))
    .sort()
    .map((file) => {
      const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Manifest;
      const dependencies = Object.entries(manifest.dependencies ?? {})
        .filter(([, version]) => version.startsWith('workspace:'))
        .map(([name]) => name);
      return { name: manifest.name, dir: dirname(file), private: manifest.private === true, dependencies };
    });
}
