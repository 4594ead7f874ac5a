import { join } from 'node:path';
import process from 'node:process';
import { runProcess } from '@p2pimg/testkit';
import test from 'ava';
import { findProgram, NEEDS, provide } from '../../system-packages.mjs';
import { ROOT } from '../src/workspace.ts';

const PROGRAM = join(ROOT, 'tools/system-packages.mjs');

test('programs are found on the path and in the system folders, the first name first', (t) => {
  t.is(findProgram('no-such-program'), undefined);
  t.is(findProgram('no-such-program', 'sh'), findProgram('sh'));
  t.is(findProgram('/no/such/file', '/bin/sh'), '/bin/sh');
});

test('a need that nobody knows is an error that lists the known ones', async (t) => {
  for (const need of ['tea', 'toString']) {
    await t.throwsAsync(provide([need]), { message: /mysql, galera, pngcheck, tmux, chromium/ });
  }
});

test('every need says what it is, how to see that it is there, and which packages bring it', (t) => {
  for (const [need, { what, proof, packages }] of Object.entries(NEEDS)) {
    t.true(what.length > 0 && proof.length > 0 && packages.length > 0, need);
  }
});

test('what needs nothing installs nothing', async (t) => {
  const lines: string[] = [];
  t.deepEqual(await provide([], { log: (line) => lines.push(line) }), []);
  t.deepEqual(lines, []);
});

test('the program answers unknown needs with the usage', async (t) => {
  const done = await runProcess(process.execPath, [PROGRAM, 'tea']);
  t.is(done.code, 2);
  t.regex(done.stderr, /^usage: .*mysql\|galera\|pngcheck\|tmux\|chromium/);
});
