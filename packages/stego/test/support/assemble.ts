/* Assembles the WebAssembly modules; run by itself it writes what the package ships. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

/** The modules by the folder and name of their source, `src/NAME/NAME.wat`. */
export const modules = ['rows', 'lane'] as const;

/** A module in the binary format. */
export async function assemble(name: (typeof modules)[number]): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const source = new URL(`../../src/${name}/${name}.wat`, import.meta.url);
  const module = parseWat(`${name}.wat`, Uint8Array.from(readFileSync(source)));
  module.validate();
  return module.toBinary({}).buffer;
}

if (import.meta.main) {
  for (const name of modules) {
    const text = Buffer.from(await assemble(name)).toString('base64');
    const lines = text.match(/.{1,110}/g)!.map((line) => `  ${line}\n`);
    writeFileSync(
      new URL(`../../src/${name}/${name}-module.ts`, import.meta.url),
      `/** \`${name}.wat\` assembled, in base64 with white space. */\nexport const ${name}Module: string = \`\n${lines.join('')}\`;\n`,
    );
  }
}
