import process from 'node:process';
import { parseArgs } from 'node:util';
import { readOptions } from './checks/src/options.ts';
import { readCoverage } from './checks/src/spec/coverage.ts';

const USAGE = `pnpm spec [--json | --check]

Lists each requirement of docs/requirements.md with the tests that name it. --check only fails when a test names an unknown one.`;

const values = readOptions(USAGE, () =>
  parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }),
);
process.stdout.on('error', () => process.exit()); // the reader has seen enough (`| head`)
const { rows, unknown } = readCoverage();
const unproven = rows.filter(({ tests }) => tests.length === 0);

if (values.json) {
  process.stdout.write(`${JSON.stringify({ rows, unknown }, null, 2)}\n`);
} else if (!values.check) {
  for (const { id, text, tests } of rows) {
    process.stdout.write(`${id}  ${text}\n`);
    for (const { title, place } of tests) process.stdout.write(`      ${title}  (${place})\n`);
    if (tests.length === 0) process.stdout.write('      no test names this row yet\n');
  }
}
for (const { id, title, place } of unknown) {
  process.stderr.write(`${place}: "${title}" names ${id}, which docs/requirements.md does not have\n`);
}
const summary = `${rows.length - unproven.length} of ${rows.length} rows are named by a test`;
const rest = unproven.length === 0 ? '' : `; not by any: ${unproven.map(({ id }) => id).join(' ')}`;
process.stderr.write(`${summary}${rest}\n`);
process.exitCode = values.check && unknown.length > 0 ? 1 : 0;
