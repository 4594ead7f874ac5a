import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import test from 'ava';
import { replay } from './transcript.ts';

/** P2PIMG_REWRITE=1 writes what is shown now; read the difference before you commit it. */
const REWRITE = process.env.P2PIMG_REWRITE === '1';
const FOLDER = new URL('transcripts/', import.meta.url);

const ROWS: Readonly<Record<string, string>> = {
  'first-election': 'E1 E2',
  tie: 'E2 N2',
  'leader-dies': 'E1 E4',
  'two-die': 'E1 E4 S6',
  revive: 'E7',
  'stand-still': 'E7',
  partition: 'E1',
  'graceful-stop': 'E1',
  'token-round': 'E6',
  'token-holder-dies': 'E6',
  'token-without-directory': 'E6',
};

for (const file of readdirSync(FOLDER)) {
  const name = file.replace(/\.txt$/, '');
  test(`${ROWS[name]} transcript: ${name}`, (t) => {
    const url = new URL(file, FOLDER);
    const written = readFileSync(url, 'utf8');
    const shown = replay(written);
    if (REWRITE) writeFileSync(url, shown);
    t.is(shown, REWRITE ? shown : written);
    t.is(replay(shown), shown, 'a replay of the replay is the same');
  });
}
