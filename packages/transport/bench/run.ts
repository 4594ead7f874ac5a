/** `pnpm bench [--json] [--small] [bulk | pool | fresh | new-session | round-trip]…`: loopback, everybody in the same rounds. */

import { runBenches } from '@p2pimg/testkit/bench';
import { benchesOf } from './benches.ts';
import { Matches } from './match.ts';

const matches = new Matches();
try {
  await runBenches(benchesOf(matches));
} finally {
  await matches.close();
}
