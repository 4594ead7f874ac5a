/* Assembles rows.wat; run by itself it writes what the package ships. */
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('../../src/rows/rows.wat', import.meta.url);
const target = new URL('../../src/rows/rows-module.ts', import.meta.url);

/** The module in the binary format. */
export async function assembleRows(): Promise<Uint8Array> {
  const { parseWat } = await wabt();
  const module = parseWat('rows.wat', Uint8Array.from(readFileSync(source)));
  module.validate();
  return module.toBinary({}).buffer;
}

if (import.meta.main) {
  const text = Buffer.from(await assembleRows()).toString('base64');
  const lines = text.match(/.{1,110}/g)!.map((line) => `  ${line}\n`);
  writeFileSync(
    target,
    `/** \`rows.wat\` assembled, in base64 with white space. */\nexport const rowsModule: string = \`\n${lines.join('')}\`;\n`,
  );
}
