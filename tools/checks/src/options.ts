import process from 'node:process';

/**
 * The options of a program of ours. Asked for help, it shows how it is used and ends with 0; with a wrong command line it says
 * what is wrong, then the same, and ends with 2.
 */
export function readOptions<T extends { readonly help: boolean }>(
  usage: string,
  parse: () => { readonly values: T },
): T {
  try {
    const { values } = parse();
    if (!values.help) return values;
    process.stdout.write(`${usage}\n`);
    return process.exit(0);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    return process.exit(2);
  }
}
