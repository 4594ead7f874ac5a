import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TempDir, tempDir } from '@p2pimg/testkit';
import { type Package, ROOT, readPackages } from '../../src/workspace.ts';

/** The program that a README begins with: its first block of TypeScript. */
export function firstProgram({ dir }: Package): string {
  const markdown = readFileSync(join(ROOT, dir, 'README.md'), 'utf8');
  const block = /^```ts\n(.*?)^```$/ms.exec(markdown)?.[1];
  if (block === undefined) throw new Error(`${dir}/README.md shows no TypeScript`);
  return block;
}

/** A folder in which programs find the packages of this workspace, and what those depend on, as a user's folder would have them. */
export async function userFolder(): Promise<TempDir> {
  const folder = await tempDir('p2pimg-readme-');
  writeFileSync(folder.at('package.json'), '{ "type": "module" }');
  const install = (name: string, target: string): void => {
    const link = folder.at('node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(target, link, 'dir');
  };
  const packages = readPackages();
  for (const { name, dir } of packages) install(name, join(ROOT, dir));
  const others = new Map<string, string>();
  for (const { dir } of packages.filter((one) => one.dir.startsWith('packages/'))) {
    const modules = join(ROOT, dir, 'node_modules');
    for (const name of readdirSync(modules)) {
      if (!name.startsWith('.') && !name.startsWith('@')) others.set(name, join(modules, name));
    }
  }
  for (const [name, target] of others) install(name, target);
  return folder;
}
