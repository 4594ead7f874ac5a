import { defineConfig } from 'tsup';

export default defineConfig({
  entry: { index: 'src/index.ts', core: 'src/core.ts', cli: 'src/cli/main.ts' },
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
  target: 'node24',
});
