/** `pnpm bench [--json] [--small] [embed | extract | rights | quality | compile | large | memory]…` */

import { runBenches } from '@p2pimg/testkit/bench';
import { benches } from './benches.ts';

await runBenches(benches);
