/** `write FILE FOLDER KEYS`, `restore FILE FOLDER`: one of the two, in a process that can be killed. */

import { readClientKeys } from '@p2pimg/identity';
import { writeBackup } from '../../src/backup/archive.ts';
import { restoreProfile } from '../../src/backup/restore.ts';

const [what, file = '', folder = '', keys = ''] = process.argv.slice(2);
const secret = { passphrase: 'correct horse', signal: new AbortController().signal };
if (what === 'write') await writeBackup(file, folder, await readClientKeys(keys), secret);
else await restoreProfile(file, { ...secret, folder });
