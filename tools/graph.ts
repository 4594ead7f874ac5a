import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { dependencyGraph, withGraph } from './checks/src/graph.ts';
import { readOptions } from './checks/src/options.ts';
import { ROOT, readPackages } from './checks/src/workspace.ts';

const USAGE = `pnpm graph [--check]

Writes the dependency graph into docs/architecture.md, or with --check fails when it is an old one.`;

const { check } = readOptions(USAGE, () =>
  parseArgs({ options: { check: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } }),
);
const path = join(ROOT, 'docs/architecture.md');
const document = readFileSync(path, 'utf8');
const current = withGraph(document, dependencyGraph(readPackages()));
if (check) {
  if (current !== document) {
    process.stderr.write('docs/architecture.md shows an old dependency graph: run pnpm graph\n');
    process.exitCode = 1;
  }
} else {
  writeFileSync(path, current);
}
