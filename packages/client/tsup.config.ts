import { defineConfig } from 'tsup';

export default defineConfig({
  // The thread's file is looked for beside the bundle, under this name: see src/node/picture-thread.ts.
  entry: { index: 'src/index.ts', 'picture-worker': 'src/node/picture-worker.ts' },
  format: 'esm',
  dts: { entry: { index: 'src/index.ts' } },
  sourcemap: true,
  clean: true,
  target: 'node24',
});
