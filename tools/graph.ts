import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { dependencyGraph, withGraph } from './checks/src/graph.ts';
import { ROOT, readPackages } from './checks/src/workspace.ts';

// Writes the dependency graph into docs/architecture.md, or with --check tells whether it is current.
const path = join(ROOT, 'docs/architecture.md');
const document = readFileSync(path, 'utf8');
const current = withGraph(document, dependencyGraph(readPackages()));
if (process.argv.includes('--check')) {
  if (current !== document) {
    process.stderr.write('docs/architecture.md shows an old dependency graph: run pnpm graph\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, current);
}
