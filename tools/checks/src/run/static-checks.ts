import { delimiter, join } from 'node:path';
import process from 'node:process';
import { ROOT, readPackages } from '../workspace.ts';
import { startChild } from './children.ts';

/** A check that looks at files without running the product: one passes or fails as a whole. */
export interface StaticCheck {
  readonly title: string;
  /** The program (of node_modules/.bin, or a file of ours) and its arguments, as one would type them in the root. */
  readonly command: readonly string[];
  /** Titles of checks that must have passed before. */
  readonly after?: string;
}

export interface CheckResult {
  readonly ok: boolean;
  readonly output: string;
  readonly seconds: number;
}

const BUILD = 'build';

/** Everything that is checked about the files, the slowest first. */
export function staticChecks(): StaticCheck[] {
  const published = readPackages().filter((one) => !one.private);
  return [
    { title: BUILD, command: ['turbo', 'run', 'build', '--output-logs=errors-only', '--no-update-notifier'] },
    { title: 'types', command: ['tsc', '-p', 'tsconfig.json'] },
    { title: 'formatting and lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
    {
      title: 'directions between houses',
      command: [
        'depcruise',
        '--config',
        '.dependency-cruiser.mjs',
        '--output-type',
        'err-long',
        'apps',
        'packages',
        'tools',
      ],
    },
    { title: 'nothing unused', command: ['knip', '--no-progress', '--no-config-hints'] },
    { title: 'same versions everywhere', command: ['sherif', '--ignore-rule', 'root-package-dependencies'] },
    { title: 'tests name known requirements', command: ['node', 'tools/spec.ts', '--check'] },
    { title: 'dependency graph is current', command: ['node', 'tools/graph.ts', '--check'] },
    ...published.flatMap(({ name, dir }): StaticCheck[] => [
      { title: `${name} can be published`, command: ['publint', '--strict', dir], after: BUILD },
      {
        title: `${name} has usable types`,
        command: ['attw', '--pack', dir, '--profile', 'esm-only', '--quiet'],
        after: BUILD,
      },
    ]),
  ];
}

/** Runs one check to its end. Never rejects. */
export function runStaticCheck({ command: [program = '', ...args] }: StaticCheck): Promise<CheckResult> {
  const started = performance.now();
  const bin = join(ROOT, 'node_modules/.bin');
  const env = {
    ...process.env,
    PATH: [bin, process.env.PATH].filter(Boolean).join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
    NO_COLOR: '1',
  };
  return new Promise((resolve) => {
    const child = startChild(program === 'node' ? process.execPath : join(bin, program), args, {
      cwd: ROOT,
      env,
    });
    let output = '';
    const keep = (data: Buffer): void => {
      output += data.toString('utf8');
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const finish = (ok: boolean): void => resolve({ ok, output, seconds: (performance.now() - started) / 1000 });
    child.on('error', (error) => {
      output += error.message;
      finish(false);
    });
    child.on('close', (code) => finish(code === 0));
  });
}
