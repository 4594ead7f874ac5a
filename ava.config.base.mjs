import process from 'node:process';

const long = process.env.P2PIMG_LONG === '1';

// Shared by every package: TypeScript runs as it is (Node strips the types), siblings resolve to their sources.
export default {
  extensions: ['ts'],
  files: ['test/**/*.test.ts', ...(long ? [] : ['!test/**/*.long.test.ts'])],
  nodeArguments: ['--conditions=@p2pimg/source'],
  timeout: long ? '20m' : '2m',
};
