import type { RowWriter } from './rows.ts';
import { scriptRowWriter } from './script-rows.ts';
import { makeWasmRowWriter } from './wasm-rows.ts';

let chosen: RowWriter | undefined;

/** The fastest writer that runs here: WebAssembly may be switched off. */
export function rowWriter(): RowWriter {
  chosen ??= makeWasmRowWriter() ?? scriptRowWriter;
  return chosen;
}
