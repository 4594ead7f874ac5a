import { defineConfig } from 'tsup';

export default defineConfig({
  // Names and limits alone, too: a program that is to start at once needs no schemas for them.
  entry: ['src/index.ts', 'src/limits.ts', 'src/names.ts'],
  format: 'esm',
  dts: true,
  sourcemap: true,
  clean: true,
  target: 'node24',
});
