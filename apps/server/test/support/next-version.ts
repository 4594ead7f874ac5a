/** The program of the release after this one, as far as its neighbours can tell: it speaks one more version of messages. */

import { MESSAGE_VERSIONS } from '@p2pimg/wire';
import { createProgram } from '../../src/program.ts';

const { lowest, highest } = MESSAGE_VERSIONS;
await createProgram({ lowest, highest: highest + 1 }).parseAsync();
