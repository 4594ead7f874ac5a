/** `pnpm bench [--json] [--small] [sqlite | mysql | online-list | processes | galera]…`; without names all but galera. */

import process from 'node:process';
import { runBenches } from '@p2pimg/testkit/bench';
import { mysqlCalls, sqliteCalls } from './calls.ts';
import { galeraFigures } from './galera.ts';
import { onlineListFigures } from './online-list.ts';
import { processFigures } from './processes.ts';

const everywhere = {
  sqlite: sqliteCalls,
  mysql: mysqlCalls,
  'online-list': onlineListFigures,
  processes: processFigures,
};
await runBenches(process.argv.includes('galera') ? { ...everywhere, galera: galeraFigures } : everywhere);
