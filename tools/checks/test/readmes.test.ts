import { cpSync, existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { freeUdpPorts, runNode, spawnNode, type TempDir } from '@p2pimg/testkit';
import test from 'ava';
import ts from 'typescript';
import { type Package, ROOT, readPackages } from '../src/workspace.ts';
import { firstProgram, userFolder } from './helpers/readme.ts';

const libraries = readPackages().filter(({ dir }) => dir.startsWith('packages/'));
const folder = await userFolder();
test.after.always(() => folder.remove());

/** What a README takes for granted: files that its reader has. */
const GIVEN: Readonly<Record<string, (own: TempDir['at']) => void>> = {
  settings: (at) => writeFileSync(at('app.toml'), '[server]\nport = 8081\n'),
  stego: (at) => {
    cpSync(join(ROOT, 'tools/demo/assets/puppy.jpg'), at('puppy.jpg'));
    cpSync(join(ROOT, 'tools/demo/assets/covers/coffee.jpg'), at('cat.jpg'));
  },
};

/** Places that only exist where the reader is. */
const REPLACED: Readonly<Record<string, (program: string) => string>> = {
  directory: (program) => program.replace(/'mysql:[^']*'/g, "'directory.db'"),
};

/** Run elsewhere, since they do not end by themselves or need somebody to talk to. */
const NOT_ALONE = ['client', 'cloud'];

const shortName = ({ name }: Package): string => name.replace('@p2pimg/', '');

for (const library of libraries.filter((one) => !NOT_ALONE.includes(shortName(one)))) {
  test(`the program in the README of ${library.name} runs`, async (t) => {
    const name = shortName(library);
    await using own = await userFolder();
    GIVEN[name]?.(own.at);
    const program = firstProgram(library);
    writeFileSync(own.at('program.ts'), REPLACED[name]?.(program) ?? program);
    const { code, stderr } = await runNode(own.at('program.ts'), [], { cwd: own.path });
    t.is(code, 0, stderr);
  });
}

test('the program in the README of @p2pimg/cloud serves until it is told to stop', async (t) => {
  await using own = await userFolder();
  const [port = 0] = await freeUdpPorts(1);
  const main = join(ROOT, 'apps/server/src/main.ts');
  const base = String(Math.min(port, 65_000));
  const made = await runNode(main, ['init-local', '--dir', own.path, '--servers', '1', '--base-port', base]);
  t.is(made.code, 0, made.stderr);
  writeFileSync(own.at('program.ts'), firstProgram(libraries.find(({ name }) => name === '@p2pimg/cloud') as Package));
  await using server = await spawnNode(own.at('program.ts'), [], { cwd: own.path });
  await server.line(/port: \d/);
  server.signal('SIGTERM');
  t.is((await server.exited).code, 0);
});

test('the programs in all READMEs agree with the types', (t) => {
  const shown = readPackages().filter(({ dir }) => existsSync(join(ROOT, dir, 'README.md')) && hasProgram(dir));
  const files = shown.map((one) => {
    const file = folder.at(`${one.dir.replace('/', '-')}.ts`);
    writeFileSync(file, firstProgram(one));
    return file;
  });
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ compilerOptions: config.compilerOptions }, ts.sys, folder.path);
  const program = ts.createProgram(files, {
    ...options,
    typeRoots: [join(ROOT, 'node_modules/@types')],
    noUnusedLocals: false,
  });
  const complaints = files.flatMap((file) =>
    program
      .getSemanticDiagnostics(program.getSourceFile(file))
      .map(({ messageText }) => `${basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`),
  );
  t.true(files.length >= libraries.length);
  t.deepEqual(complaints, []);
});

function hasProgram(dir: string): boolean {
  return dir.startsWith('packages/') || ['tools/netsim', 'tools/testkit', 'tools/e2e'].includes(dir);
}
