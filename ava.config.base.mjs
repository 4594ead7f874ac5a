// Shared by every package: TypeScript runs as it is (Node strips the types), siblings resolve to their sources.
export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts'],
  nodeArguments: ['--conditions=@p2pimg/source'],
  timeout: '2m',
};
