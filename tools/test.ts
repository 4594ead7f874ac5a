import process from 'node:process';
import { parseArgs } from 'node:util';
import { endChildrenWhenInterrupted } from './checks/src/run/children.ts';
import { Printer } from './checks/src/run/printer.ts';
import { PHASES, type Phase, runAll, summaryLine } from './checks/src/run/run.ts';

const USAGE = `npm test -- [--phase ${PHASES.join('|')}]… [PACKAGE …]

Runs everything, or some phases, or the tests of some packages (wire, p2pimg-server …).
npm run test:long takes the same and runs more.`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      long: { type: 'boolean', default: false },
      phase: { type: 'string', multiple: true },
      help: { type: 'boolean', default: false },
    },
  });
  const named = values.phase ?? (positionals.length > 0 ? PHASES.filter((phase) => phase !== 'static') : PHASES);
  const unknown = named.find((phase) => !(PHASES as readonly string[]).includes(phase));
  if (values.help || unknown !== undefined) {
    process.stdout.write(`${USAGE}\n`);
    return values.help ? 0 : 2;
  }

  endChildrenWhenInterrupted();
  const printer = new Printer(process.stdout);
  const totals = await runAll({ long: values.long, phases: named as readonly Phase[], packages: positionals }, printer);
  if (totals.passed === 0) printer.line('No test ran.');
  printer.line(summaryLine(totals));
  return totals.failed > 0 || totals.passed === 0 ? 1 : 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
    process.stderr.write(`${isUsage ? `${error.message}\n\n${USAGE}` : ((error as Error).stack ?? error)}\n`);
    process.exitCode = isUsage ? 2 : 1;
  },
);
