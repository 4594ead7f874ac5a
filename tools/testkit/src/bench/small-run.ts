import { runNode } from '../process.ts';
import { type Figure, parseFigures } from './figure.ts';

/** Runs a bench program in its small mode, so that it does not rot. @throws Error with its words when it fails or measures nonsense */
export async function smallRun(program: string, names: readonly string[] = []): Promise<readonly Figure[]> {
  const { code, stdout, stderr } = await runNode(program, ['--json', '--small', ...names], { timeoutMs: 120_000 });
  if (code !== 0) throw new Error(`${program} ended with ${code}: ${stderr}`);
  const lines = stdout.trimEnd().split('\n');
  const figures = parseFigures(stdout);
  if (figures.length !== lines.length) throw new Error(`not only figures: ${stdout}`);
  const nonsense = figures.find(({ value, ratio = 0 }) => ![value, ratio].every((n) => Number.isFinite(n) && n >= 0));
  if (nonsense !== undefined) throw new Error(`no number: ${JSON.stringify(nonsense)}`);
  return figures;
}
