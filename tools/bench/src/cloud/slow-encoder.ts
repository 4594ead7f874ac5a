/**
 * Makes a server slow: preloaded into its process (`--import`), it lets every encoding thread wait for P2PIMG_BENCH_SLOW_MS after each
 * picture. The server's own code is the same.
 */

import { registerHooks } from 'node:module';

const THREAD = /\/encode-worker\.(ts|js)$/;

registerHooks({
  load: (url, context, nextLoad) => {
    if (!THREAD.test(url)) return nextLoad(url, context);
    return { format: 'module', shortCircuit: true, source: waiting(`${url}?unchanged`) };
  },
});

function waiting(url: string): string {
  return `
    import { run as work } from ${JSON.stringify(url)};
    const never = new Int32Array(new SharedArrayBuffer(4));
    export function run(task) {
      const answer = work(task);
      if (task.kind === 'encode') Atomics.wait(never, 0, 0, Number(process.env.P2PIMG_BENCH_SLOW_MS));
      return answer;
    }`;
}
