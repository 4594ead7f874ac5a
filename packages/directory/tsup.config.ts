import { defineConfig } from 'tsup';

export default defineConfig({
  // The worker is looked for beside the bundle, under this name: see src/sqlite/runner.ts.
  entry: {
    index: 'src/index.ts',
    compliance: 'src/compliance/index.ts',
    'sqlite-worker': 'src/sqlite/worker.ts',
  },
  format: 'esm',
  // "node:sqlite" has no name without its prefix.
  removeNodeProtocol: false,
  dts: { entry: { index: 'src/index.ts', compliance: 'src/compliance/index.ts' } },
  sourcemap: true,
  clean: true,
  target: 'node24',
});
