import { defineConfig } from 'tsup';

export default defineConfig({
  // The thread's file is looked for beside the bundle, under this name: see src/node/jobs.ts.
  entry: { index: 'src/index.ts', 'encode-worker': 'src/node/encode-worker.ts' },
  format: 'esm',
  dts: { entry: { index: 'src/index.ts' } },
  sourcemap: true,
  clean: true,
  target: 'node24',
});
